import Primitives

/// An answer of a service as the paying side reads it.
///
/// Whether an answer is an error is told by its contents alone; the status of HTTP means nothing here.
struct LNURLObject {
  let value: JSONValue

  /// Reads an answer of at most `limit` bytes.
  ///
  /// - Throws: `LNURLRefusal.tooLong`, `.notJSON`, `.service` where the service says no.
  init(_ bytes: [UInt8], limit: Int = 200_000) throws(LNURLRefusal) {
    guard bytes.count <= limit else { throw .tooLong("answer") }
    guard let value = try? JSONValue(parsing: bytes, maxDepth: 16), value.object != nil else { throw .notJSON }
    if value["status"]?.string?.uppercased() == "ERROR" {
      throw .service(String(decoding: (value["reason"]?.string ?? "").utf8.prefix(1_000), as: UTF8.self))
    }
    self.value = value
  }

  /// A member; nil where it is missing or null.
  subscript(_ key: String) -> JSONValue? {
    guard let member = value[key], !member.isNull else { return nil }
    return member
  }

  func text(_ key: String) throws(LNURLRefusal) -> String {
    guard let text = self[key]?.string else { throw .badMember(key) }
    return text
  }

  func number(_ key: String) throws(LNURLRefusal) -> UInt64 {
    guard let number = self[key]?.uint64 else { throw .badMember(key) }
    return number
  }

  /// A truth; nil where it is missing or null.
  func flag(_ key: String) throws(LNURLRefusal) -> Bool? {
    guard let member = self[key] else { return nil }
    guard let flag = member.bool else { throw .badMember(key) }
    return flag
  }
}
