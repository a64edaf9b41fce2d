import Primitives
import TestKit
import Testing

/// Every record of every section of `nano.json`, each section in a test that counts what it checked.
@Suite struct NanoVectors {
  /// The file; nil where another folder was named that lacks it.
  let file: JSONValue?

  init() throws { file = try Vectors.json("nano.json") }

  /// Runs `body` on each record of a list, and reports how many there are and how many went through.
  func check(_ path: String..., body: (Record) throws -> Void) throws {
    guard let file else { return }
    let name = path.joined(separator: ".")
    guard let records = path.reduce(Optional(file), { $0?[$1] })?.array else { throw Record.Missing(place: name) }
    report(name, records.enumerated().map { Record(place: "\(name)[\($0)]", value: $1) }, body)
  }

  /// Runs `body` on each member of an object, as a list of its keys and values.
  func checkMembers(_ path: String..., body: (_ key: String, Record) throws -> Void) throws {
    guard let file else { return }
    let name = path.joined(separator: ".")
    guard let members = path.reduce(Optional(file), { $0?[$1] })?.object else { throw Record.Missing(place: name) }
    let records = members.map { (key: $0.key, record: Record(place: "\(name).\($0.key)", value: $0.value)) }
    var keys = records.map(\.key).makeIterator()
    report(name, records.map(\.record)) { record in
      guard let key = keys.next() else { throw Record.Missing(place: record.place) }
      try body(key, record)
    }
  }

  /// Runs `body` on one value of the file.
  func checkOne(_ path: String..., body: (Record) throws -> Void) throws {
    guard let file else { return }
    let name = path.joined(separator: ".")
    guard let value = path.reduce(Optional(file), { $0?[$1] }) else { throw Record.Missing(place: name) }
    report(name, [Record(place: name, value: value)], body)
  }

  private func report(_ name: String, _ records: [Record], _ body: (Record) throws -> Void) {
    var checked = 0
    for record in records {
      do {
        try body(record)
        checked += 1
      } catch {
        Issue.record(error, "\(record.place)")
      }
    }
    print("nano.json \(name): \(records.count) records, \(checked) checked")
    #expect(checked == records.count, "\(name)")
  }
}

/// One record of the file, and what to call it when something is wrong.
struct Record: CustomTestStringConvertible {
  let place: String
  let value: JSONValue

  var testDescription: String { place }

  /// A member that has to be there for the record to say anything.
  struct Missing: Error { let place: String }

  /// A member, nil where it is missing or null.
  subscript(_ key: String) -> JSONValue? {
    guard let member = value[key], !member.isNull else { return nil }
    return member
  }

  func text(_ key: String) throws -> String {
    guard let text = self[key]?.string else { throw Missing(place: "\(place).\(key)") }
    return text
  }

  func text() throws -> String {
    guard let text = value.string else { throw Missing(place: place) }
    return text
  }

  func flag(_ key: String) throws -> Bool {
    guard let flag = self[key]?.bool else { throw Missing(place: "\(place).\(key)") }
    return flag
  }

  func member(_ key: String) throws -> JSONValue {
    guard let member = self[key] else { throw Missing(place: "\(place).\(key)") }
    return member
  }

  func hash(_ key: String) throws -> Bytes32 { try Hex.bytes32(try text(key)) }
}

extension String {
  /// The bytes a wire would carry.
  var wire: [UInt8] { Array(utf8) }
}
