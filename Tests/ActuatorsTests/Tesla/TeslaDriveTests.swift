import Coinslot
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

@Suite struct TeslaDriveTests {
  private func drive(_ town: TeslaTown, mode: Dispatch.Mode = .new, again: Bool = false) throws -> Deed {
    try deed(
      output: TeslaCommand.letDrive.rawValue,
      mode: mode,
      ms: 10_000,
      by: town.clock.nowMS + 60_000,
      mayHaveHappened: again
    )
  }

  @Test func unlocksStartsAndLocksAtTheEnd() async throws {
    let town = try await TeslaTown()
    let car = try town.car(), heard = Heard<UInt64>(), begin = town.clock.nowMS
    #expect(await car.carryOut(try drive(town)) { heard.add($0) } == .done)
    #expect(town.fake.done == ["door_unlock", "remote_start_drive", "door_lock"])
    #expect(town.clock.nowMS - begin >= 10_000)
    #expect(heard.all.count == 1 && (heard.all.first ?? 0) <= 10_000)
    #expect(await town.drives.drives().isEmpty)
    await town.server.close()
  }

  /// The server stops while somebody drives: the next life waits for the end and locks.
  @Test func aDriveSurvivesARestart() async throws {
    let town = try await TeslaTown()
    let begun = Tally()
    let first = try drive(town), car = try town.car()
    let life = Task { await car.carryOut(first) { _ in begun.add() } }
    #expect(try await eventually { begun.count == 1 })
    life.cancel()
    _ = await life.value
    #expect(town.fake.count("door_lock") == 0)
    #expect(await town.drives.drives().first?.isDriving == true)
    let heard = Heard<UInt64>()
    #expect(await (try town.car()).carryOut(try drive(town, again: true)) { heard.add($0) } == .done)
    #expect(town.fake.done == ["door_unlock", "remote_start_drive", "door_lock"] && heard.all.count == 1)
    await town.server.close()
  }

  /// Nobody asks for the deed again, yet the doors are locked in time.
  @Test func theWatchLocksWhatWasLeftOpen() async throws {
    let town = try await TeslaTown()
    try await town.drives.keep(
      TeslaDrive(
        deed: DispatchID(rawValue: "dsp_09"),
        vin: FakeTesla.vin,
        endsAtMS: town.clock.nowMS + 5_000,
        isDriving: true
      )
    )
    let car = try town.car()
    let watch = Task { await car.endDrives() }
    #expect(try await eventually { await town.drives.drives().isEmpty })
    #expect(town.fake.done == ["door_lock"])
    watch.cancel()
    await watch.value
    await town.server.close()
  }

  @Test func killedWhileItBegan() async throws {
    let town = try await TeslaTown()
    try await town.drives.keep(
      TeslaDrive(
        deed: DispatchID(rawValue: "dsp_01"),
        vin: FakeTesla.vin,
        endsAtMS: town.clock.nowMS + 5_000,
        isDriving: false
      )
    )
    #expect(await (try town.car()).carryOut(try drive(town, again: true)) == .unknown("interrupted"))
    #expect(town.fake.done == ["door_lock"])
    await town.server.close()
  }

  @Test func aRefusedStartLocksAgain() async throws {
    let town = try await TeslaTown()
    town.fake.state.withLock {
      $0.special["remote_start_drive"] = .status(200, "{\"response\":{\"result\":false,\"reason\":\"no\"}}")
    }
    #expect(await (try town.car()).carryOut(try drive(town)) == .notDone("refused"))
    #expect(town.fake.done == ["door_unlock", "door_lock"])
    #expect(await town.drives.drives().isEmpty)
    await town.server.close()
  }

  @Test func anUnclearStartKeepsThePaidTimeAndLocksThen() async throws {
    let town = try await TeslaTown()
    town.fake.state.withLock { $0.special["remote_start_drive"] = .hangUp }
    let car = try town.car()
    #expect(await car.carryOut(try drive(town)) == .unknown("no_answer"))
    #expect(town.fake.done == ["door_unlock"])
    let watch = Task { await car.endDrives() }
    #expect(try await eventually { await town.drives.drives().isEmpty })
    #expect(town.fake.done == ["door_unlock", "door_lock"])
    watch.cancel()
    await watch.value
    await town.server.close()
  }

  @Test func whatCannotBeKeptDoesNotBegin() async throws {
    let town = try await TeslaTown()
    await town.drives.set(full: true)
    #expect(await (try town.car()).carryOut(try drive(town)) == .notDone("failed"))
    #expect(town.server.asks.isEmpty)
    await town.server.close()
  }

  @Test func oneDriveAtATimeAndAStopEndsIt() async throws {
    let town = try await TeslaTown(speed: 1)
    let begun = Tally()
    let car = try town.car(), first = try drive(town)
    let driving = Task { await car.carryOut(first) { _ in begun.add() } }
    #expect(try await eventually { begun.count == 1 })
    let second = try deed("dsp_02", output: 11, ms: 5, by: town.clock.nowMS + 5_000)
    #expect(await car.carryOut(second) == .notDone("busy"))
    let stop = try deed("dsp_03", output: 11, mode: .stop, ms: 0, by: town.clock.nowMS + 5_000)
    #expect(await car.carryOut(stop) == .done)
    #expect(town.fake.done == ["door_unlock", "remote_start_drive", "door_lock"])
    #expect(await town.drives.drives().isEmpty)
    driving.cancel()
    _ = await driving.value
    await town.server.close()
  }

  @Test func keepsDrivesInAFile() async throws {
    let folder = try Folder()
    let file = TeslaDriveFile("\(folder.path)/drives.json")
    let drive = TeslaDrive(deed: DispatchID(rawValue: "dsp_1"), vin: FakeTesla.vin, endsAtMS: 7, isDriving: true)
    #expect(try await file.drives().isEmpty)
    try await file.keep(drive)
    try await file.keep(drive)
    #expect(try await TeslaDriveFile("\(folder.path)/drives.json").drives() == [drive])
    try await file.remove(drive.deed)
    #expect(try await file.drives().isEmpty && folder.mode("drives.json") == 0o600)
    try folder.write("nonsense", "drives.json")
    await #expect(throws: (any Error).self) { () async throws in try await file.keep(drive) }
  }
}
