import Lightning
import Testing

@Suite struct CoreLightningFramesTests {
  private static let first = #"{"id":"a","result":{"t":"fü ⚡ }\" \\"}}"#
  private static let two = first + "\n\n{\n  \"id\": \"b\",\n\n  \"x\": []\n}\n\n"

  private func messages(_ pieces: [[UInt8]], limit: Int = CoreLightningFrames.limit) throws -> [String] {
    var frames = CoreLightningFrames(limit: limit)
    var out: [String] = []
    for piece in pieces {
      frames.receive(piece)
      while let message = try frames.next() { out.append(String(decoding: message, as: UTF8.self)) }
    }
    return out
  }

  @Test func everySplitGivesTheSame() throws {
    let bytes = Array(Self.two.utf8)
    let whole = try messages([bytes])
    #expect(whole.count == 2)
    #expect(whole.first == Self.first)
    for i in 0...bytes.count {
      #expect(try messages([Array(bytes[..<i]), Array(bytes[i...])]) == whole, "split at \(i)")
    }
    #expect(try messages(bytes.map { [$0] }) == whole)
  }

  @Test func aMessageWithoutItsEndIsNone() throws {
    let bytes = Array("{\"id\":\"a\"}\n\n".utf8)
    for i in 0..<bytes.count {
      var frames = CoreLightningFrames()
      frames.receive(bytes[..<i])
      #expect(try frames.next() == nil)
      #expect(frames.isInside == (i > 0))
    }
    var frames = CoreLightningFrames()
    frames.receive(bytes)
    #expect(try frames.next() == Array("{\"id\":\"a\"}".utf8))
    #expect(!frames.isInside)
  }

  @Test(arguments: ["x", "[1]", "}\n\n", "{}x\n\n", "{}\n{}\n\n", "{}{}\n\n", "\u{0}"])
  func garbageIsRefused(_ text: String) throws {
    #expect(throws: CoreLightningFrames.Fault.garbage) { try messages([Array(text.utf8)]) }
  }

  @Test(arguments: ["{}\n\n", " \n\t\r{}\n\n", "{}\n\n\n\n", "{} \n\n"])
  func whiteSpaceBetweenIsNoFault(_ text: String) throws {
    #expect(try messages([Array(text.utf8)]).count == 1)
  }

  @Test func theBoundHoldsForEachMessage() throws {
    let fits = "{\"a\":\"\(String(repeating: "x", count: 90))\"}\n\n"
    #expect(fits.utf8.count == 100)
    #expect(try messages([Array((fits + fits + fits).utf8)], limit: 100).count == 3)
    #expect(throws: CoreLightningFrames.Fault.tooLong) { try messages([Array(fits.utf8)], limit: 98) }
    // Also where it never ends.
    #expect(throws: CoreLightningFrames.Fault.tooLong) {
      try messages(Array(repeating: Array("{\"a\":\"".utf8), count: 50), limit: 100)
    }
  }

  @Test func manyMessagesInManyReads() throws {
    let text = String(repeating: "{\"id\":\"\(String(repeating: "y", count: 300))\"}\n\n", count: 2_000)
    let bytes = Array(text.utf8)
    let pieces = stride(from: 0, to: bytes.count, by: 70_001).map { Array(bytes[$0..<min($0 + 70_001, bytes.count)]) }
    #expect(try messages(pieces).count == 2_000)
  }
}
