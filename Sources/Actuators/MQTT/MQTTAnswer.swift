import Primitives

/// What a machine behind a broker says about a command.
struct MQTTAnswer: Hashable, Sendable {
  let id: String
  let word: Word
  let leftMS: UInt64?

  /// As on the device link.
  enum Word: String, Hashable, Sendable {
    /// It started.
    case accepted
    /// It ended as it should.
    case done
    /// It could not.
    case failed
    /// Something else runs.
    case busy
    /// It came too late and did not start.
    case expired
    /// The machine cannot tell.
    case unknown
  }

  /// Reads a message; nil for anything that is no answer.
  init?(_ payload: [UInt8]) {
    guard payload.count <= 4_096, let json = try? JSONValue(parsing: payload, maxDepth: 4), let id = json["id"]?.string,
      id.utf8.count <= 64, let word = json["word"]?.string.flatMap(Word.init(rawValue:))
    else { return nil }
    self.id = id
    self.word = word
    leftMS = json["left_ms"]?.uint64
  }
}
