import Coinslot

extension Bell {
  /// Returns once it rang past `seen`, after that many milliseconds, or when the task is cancelled.
  func wait(past seen: UInt64, atMost pauseMS: Int64, by clock: any Clock) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait(past: seen) }
      group.addTask { await clock.pause(forMS: pauseMS) }
      await group.next()
      group.cancelAll()
    }
  }
}
