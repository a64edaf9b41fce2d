package import Coinslot
import Logging
import Primitives

extension LightningNetwork {
  static var waitSeconds: Int { 60 }
  static var longestPauseMS: Int64 { 30_000 }

  /// Waits for each payment at the node itself, for ever; what comes between two connections is found by re-reading.
  package func listen(into inbox: any SightingInbox) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.condition.watch() }
      group.addTask { await self.hear(into: inbox) }
    }
  }

  private func hear(into inbox: any SightingInbox) async {
    var place: UInt64?
    var pauseMS: Int64 = 1_000
    while !Task.isCancelled {
      do {
        let from: UInt64
        if let place { from = place } else { from = try await node.newestCursor() }
        place = from
        condition.setFeed(nil)
        // What came before this wait was not heard.
        inbox.missedSome(of: chain)
        try await follow(from: from, into: inbox) {
          place = $0
          pauseMS = 1_000
        }
      } catch {
        guard !Task.isCancelled else { return }
        let failure = condition.note(error)
        condition.setFeed("payments are not told as they come: \(failure.words)")
        log.info("the node's wait ended", metadata: ["reason": "\(failure.words)"])
        try? await Task.sleep(for: .milliseconds(pauseMS))
        pauseMS = min(pauseMS * 2, Self.longestPauseMS)
      }
    }
  }

  private func follow(
    from start: UInt64,
    into inbox: any SightingInbox,
    _ moved: (UInt64) -> Void
  ) async throws(NodeFailure) {
    var place = start
    while !Task.isCancelled {
      guard let invoice = try await node.nextPaid(after: place, seconds: Self.waitSeconds) else { continue }
      place = invoice.cursor ?? place
      moved(place)
      let isForeign = (try? await isOurs(invoice)) == false
      guard !isForeign else { continue }
      let sighting = Sighting(id: id(of: invoice), account: account, heardAtMS: clock.nowMS)
      if inbox.hear(sighting) == .full { inbox.missedSome(of: chain) }
    }
  }
}
