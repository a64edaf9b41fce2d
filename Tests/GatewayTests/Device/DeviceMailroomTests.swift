import Coinslot
import Synchronization
import TestKit
import Testing

@testable import Gateway

@Suite struct DeviceMailroomTests {
  @Test func deliversInOrderAndEndsWhenEmpty() async {
    let mail = DeviceMailroom()
    let got = Mutex([Int]())
    for number in 0..<500 {
      #expect(mail.post(for: .charger) { got.withLock { $0.append(number) } })
    }
    mail.close()
    #expect(!mail.post(for: .charger) {})
    await mail.run()
    #expect(got.withLock { $0 } == Array(0..<500))
  }

  @Test func aFullLaneRefuses() {
    let mail = DeviceMailroom()
    for _ in 0..<DeviceMailroom.capacity { #expect(mail.post(for: .charger) {}) }
    #expect(!mail.post(for: .charger) {})
  }

  /// A device whose letters wait holds up the others of its lane only.
  @Test func lanesDoNotWaitForEachOther() async throws {
    let mail = DeviceMailroom()
    let running = Task { await mail.run() }
    defer { running.cancel() }
    let isHeld = Atomic(true)
    let arrived = Atomic(0)
    #expect(
      mail.post(for: .charger) {
        while isHeld.load(ordering: .relaxed) { try? await Task.sleep(for: .milliseconds(1)) }
      }
    )
    // Names enough that most fall into other lanes.
    for number in 0..<64 {
      let device = try #require(DeviceID(rawValue: "device-\(number)"))
      #expect(mail.post(for: device) { arrived.wrappingAdd(1, ordering: .relaxed) })
    }
    #expect(try await eventually { arrived.load(ordering: .relaxed) > 32 })
    isHeld.store(false, ordering: .relaxed)
    #expect(try await eventually { arrived.load(ordering: .relaxed) == 64 })
  }
}
