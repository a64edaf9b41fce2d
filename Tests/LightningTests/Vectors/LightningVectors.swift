import Primitives
import TestKit
import Testing

/// Every record of the groups of `lightning.json` and of `cln_recorded.json`, each list in a test that counts what it
/// checked.
///
/// The tests of a group stand in an extension of their own.
@Suite struct LightningVectors {
  /// A group or a member that has to be there for the vectors to say anything.
  struct Missing: Error { let place: String }

  private static let file = Result { try Vectors.json("lightning.json") }
  private static let recordings = Result { try Vectors.json("cln_recorded.json") }

  /// One group of `lightning.json`, such as `bolt11`.
  static func group(_ name: String) throws -> JSONValue {
    guard let group = try file.get()?[name] else { throw Missing(place: "lightning.json \(name)") }
    return group
  }

  /// What real Core Lightning nodes answered: an array of exchanges `name`, `request`, `response`, `note`.
  static func recorded() throws -> JSONValue {
    guard let exchanges = try recordings.get() else { throw Missing(place: "cln_recorded.json") }
    return exchanges
  }

  /// Runs `body` on each record of a list in a group, and reports how many there are and how many went through.
  static func check(_ group: String, _ path: String..., body: (VectorRecord) throws -> Void) throws {
    let name = ([group] + path).joined(separator: ".")
    guard let records = try path.reduce(Optional(Self.group(group)), { $0?[$1] })?.array else {
      throw Missing(place: name)
    }
    report("lightning.json", name, records.enumerated().map { VectorRecord(place: "\(name)[\($0)]", value: $1) }, body)
  }

  /// Runs `body` on one value in a group.
  static func checkOne(_ group: String, _ path: String..., body: (VectorRecord) throws -> Void) throws {
    let name = ([group] + path).joined(separator: ".")
    guard let value = try path.reduce(Optional(Self.group(group)), { $0?[$1] }) else { throw Missing(place: name) }
    report("lightning.json", name, [VectorRecord(place: name, value: value)], body)
  }

  /// Runs `body` on each of `records`, and prints how many there are and how many went through.
  static func report(
    _ file: String,
    _ name: String,
    _ records: [VectorRecord],
    _ body: (VectorRecord) throws -> Void
  ) {
    var checked = 0
    for record in records {
      do {
        try body(record)
        checked += 1
      } catch {
        Issue.record(error, "\(record.place)")
      }
    }
    print("\(file) \(name): \(records.count) records, \(checked) checked")
    #expect(checked == records.count, "\(name)")
  }
}

/// One record of a file of vectors, and what to call it when something is wrong.
struct VectorRecord: CustomTestStringConvertible {
  let place: String
  let value: JSONValue

  var testDescription: String { place }

  /// A member, nil where it is missing or null.
  subscript(_ key: String) -> JSONValue? {
    guard let member = value[key], !member.isNull else { return nil }
    return member
  }

  func text() throws -> String {
    guard let text = value.string else { throw LightningVectors.Missing(place: place) }
    return text
  }

  func text(_ key: String) throws -> String { try member(key).text() }
  func flag(_ key: String) throws -> Bool {
    guard let flag = self[key]?.bool else { throw LightningVectors.Missing(place: "\(place).\(key)") }
    return flag
  }
  func number(_ key: String) throws -> UInt64 {
    guard let number = self[key]?.uint64 else { throw LightningVectors.Missing(place: "\(place).\(key)") }
    return number
  }
  func hash(_ key: String) throws -> Bytes32 { try Hex.bytes32(try text(key)) }
  func list(_ key: String) throws -> [VectorRecord] {
    guard let list = self[key]?.array else { throw LightningVectors.Missing(place: "\(place).\(key)") }
    return list.enumerated().map { VectorRecord(place: "\(place).\(key)[\($0)]", value: $1) }
  }

  /// A member that must be there.
  func member(_ key: String) throws -> VectorRecord {
    guard let member = self[key] else { throw LightningVectors.Missing(place: "\(place).\(key)") }
    return VectorRecord(place: "\(place).\(key)", value: member)
  }
}
