import Coinslot
import Logging

// A drive: kept → unlocked → startable → (time passes) → locked → forgotten. Every way out leads through the lock.

extension TeslaCar {
  /// Looks for drives whose time is over and locks their doors; runs until it is cancelled.
  ///
  /// To be run beside the machine from the start: it ends what an earlier life of the program began.
  public func endDrives() async {
    while !Task.isCancelled {
      var nextMS = clock.nowMS + 60_000
      do {
        for drive in try await drives.drives() where drive.vin == proxy.vin {
          if drive.endsAtMS <= clock.nowMS {
            _ = await lock(drive, forMS: 60_000)
          } else {
            nextMS = min(nextMS, drive.endsAtMS)
          }
        }
      } catch {
        logger.error("drives cannot be read", metadata: ["reason": "\(error)"])
      }
      await clock.pause(forMS: min(5_000, max(100, nextMS - clock.nowMS)))
    }
  }

  /// Lets somebody drive for the deed's time.
  ///
  /// `done` when the doors are locked again, or when the car could not be reached for that within two minutes: then
  /// `endDrives` goes on trying. Locked doors do not stop a car that is being driven.
  func letDrive(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    let kept: TeslaDrive?
    do {
      let all = try await drives.drives().filter { $0.vin == proxy.vin }
      kept = all.first { $0.deed == deed.id }
      if deed.command.mode == .stop { return await stop(all, deed) }
      guard kept != nil || all.isEmpty else { return .notDone(EndWord.busy) }
    } catch {
      logger.error("drives cannot be read", metadata: ["reason": "\(error)"])
      return deed.mayHaveHappened ? .unknown(EndWord.interrupted) : .notDone(EndWord.failed)
    }
    if let kept, kept.isDriving { return await wait(for: kept, started) }
    if let kept {
      // Nobody knows how far it came: what was opened is closed.
      _ = await lock(kept, forMS: 60_000)
      return .unknown(EndWord.interrupted)
    }
    guard !deed.mayHaveHappened else { return .unknown(EndWord.interrupted) }
    guard clock.nowMS < deed.deadlineMS else { return .notDone(EndWord.tooLate) }
    return await begin(deed, started)
  }

  private func begin(_ deed: Deed, _ started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    let runMS = Int64(clamping: deed.command.ms)
    let latestMS = deed.deadlineMS.saturatingAdding(runMS)
    var drive = TeslaDrive(deed: deed.id, vin: proxy.vin, endsAtMS: latestMS, isDriving: false)
    guard await keep(drive) else { return .notDone(EndWord.failed) }
    switch await tell(.unlockDoors, deed.id, by: deed.deadlineMS) {
    case .done, .sent: break
    case .notDone(let why):
      await forget(drive)
      return .notDone(why)
    case .unknown(let why):
      _ = await lock(drive, forMS: 60_000)
      return .unknown(why)
    }
    let end = await tell(.startDrive, deed.id, by: deed.deadlineMS)
    switch end {
    case .done, .sent:
      drive.endsAtMS = clock.nowMS.saturatingAdding(runMS)
      drive.isDriving = true
      // Where this fails the drive ends a little later than paid, by what was kept first.
      _ = await keep(drive)
      return await wait(for: drive, started)
    case .notDone:
      _ = await lock(drive, forMS: 60_000)
      return end
    case .unknown:
      // They may be driving: the paid time is theirs, and then the doors are locked.
      drive.endsAtMS = clock.nowMS.saturatingAdding(runMS)
      _ = await keep(drive)
      return end
    }
  }

  private func wait(for drive: TeslaDrive, _ started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    await started(UInt64(max(0, drive.endsAtMS - clock.nowMS)))
    while clock.nowMS < drive.endsAtMS, !Task.isCancelled {
      await clock.pause(forMS: min(60_000, drive.endsAtMS - clock.nowMS))
    }
    // Who stops waiting leaves the lock to `endDrives` of the next life: the drive is kept.
    guard !Task.isCancelled else { return .done }
    if !(await lock(drive, forMS: 120_000)) {
      logger.warning("the doors are not locked yet", metadata: ["dispatch.id": "\(drive.deed)"])
    }
    return .done
  }

  /// Ends the drive that is under way.
  private func stop(_ all: [TeslaDrive], _ deed: Deed) async -> DeedEnd {
    for var drive in all {
      drive.endsAtMS = min(drive.endsAtMS, clock.nowMS)
      _ = await keep(drive)
      guard await lock(drive, forMS: max(0, deed.deadlineMS - clock.nowMS)) else { return .unknown(EndWord.noAnswer) }
    }
    return .done
  }

  /// Locks the doors and forgets the drive; false where that did not succeed in time.
  private func lock(_ drive: TeslaDrive, forMS: Int64) async -> Bool {
    let end = await tell(.lockDoors, drive.deed, by: clock.nowMS.saturatingAdding(forMS), mayHaveHappened: true)
    guard end == .done else { return false }
    await forget(drive)
    return true
  }

  private func keep(_ drive: TeslaDrive) async -> Bool {
    do {
      try await drives.keep(drive)
      return true
    } catch {
      logger.error("a drive cannot be kept", metadata: ["dispatch.id": "\(drive.deed)", "reason": "\(error)"])
      return false
    }
  }

  private func forget(_ drive: TeslaDrive) async {
    do { try await drives.remove(drive.deed) } catch {
      logger.error("a drive cannot be forgotten", metadata: ["dispatch.id": "\(drive.deed)", "reason": "\(error)"])
    }
  }
}
