import DeviceWire
import Foundation
import Primitives
import Testing

@testable import Simulators

@Suite struct FlashFolderTests {
  static func temporary() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("coinslot-\(UUID().uuidString)").path
  }

  @Test func keepsWhatWasWritten() throws {
    let path = Self.temporary() + "/a/b"
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      let flash = try FlashFolder(path: path)
      #expect(try flash.read(.boot(slot: 0)) == nil)
      try flash.write([1, 2, 3, 4], at: .channel(7, slot: 1))
      try flash.write([9], at: .channel(7, slot: 1))
      try flash.write([5], at: .boot(slot: 0))
    }
    let again = try FlashFolder(path: path)
    #expect(try again.read(.channel(7, slot: 1)) == [9])
    #expect(try again.read(.channel(7, slot: 0)) == nil)
    try again.erase()
    #expect(try again.read(.boot(slot: 0)) == nil)
  }

  @Test func oneDeviceAtATime() throws {
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try FlashFolder(path: path)
    #expect(throws: FlashError.inUse(path)) { try FlashFolder(path: path) }
    try first.write([1], at: .boot(slot: 1))
    let copy = try FlashFolder.copy(of: path, [.boot(slot: 0), .boot(slot: 1)])
    copy.write([2], at: .boot(slot: 1))
    #expect(try first.read(.boot(slot: 1)) == [1])
  }

  @Test func aFolderThatCannotBe() {
    #expect(throws: FlashError.self) { try FlashFolder(path: "/proc/no/such") }
    #expect(throws: FlashError.self) { try PulseTrace(path: "/proc/no-such-file") }
  }

  @Test func readsWhatTheMindWrites() throws {
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    for boot in 1...3 as ClosedRange<UInt64> {
      let body = try DeviceBody(TestLinkServer.configuration(), flash: try FlashFolder(path: path), nowMS: 0)
      _ = try body.start()
      #expect(body.boot == boot)
    }
  }
}
