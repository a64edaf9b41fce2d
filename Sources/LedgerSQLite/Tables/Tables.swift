import Coinslot
import Foundation
import GRDB

/// The tables of one connection inside one transaction, spoken to in the values of the ledger's promise.
struct Tables {
  private let db: Database

  /// The tables as `db` sees them.
  init(_ db: Database) { self.db = db }

  /// The first row, if any.
  func first<T>(_ sql: String, _ arguments: StatementArguments = [], _ read: (inout RowReader) throws -> T) throws -> T?
  {
    guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments) else { return nil }
    var reader = RowReader(row)
    return try read(&reader)
  }

  /// All rows.
  func all<T>(_ sql: String, _ arguments: StatementArguments = [], _ read: (inout RowReader) throws -> T) throws -> [T]
  {
    let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
    var found: [T] = []
    while let row = try rows.next() {
      var reader = RowReader(row)
      found.append(try read(&reader))
    }
    return found
  }

  /// Changes rows; gives how many.
  @discardableResult
  func run(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
    return db.changesCount
  }
}

/// A row holds what no version of this ledger writes: somebody else changed the file, or the disk did.
struct BadRow: Error {
  /// The place of the column in the row.
  let column: Int
  /// What was wanted.
  let wanted: String
}

/// Reads a row's columns one after the other, in the order in which the statement names them.
struct RowReader {
  private let row: Row
  private var column = 0

  /// A reader at the first column.
  init(_ row: Row) { self.row = row }

  /// The next column as a text, if it has one.
  mutating func textIfAny() throws -> String? { try next("a text") }
  /// The next column as a text.
  mutating func text() throws -> String { try required(textIfAny(), "a text") }
  /// The next column as a number, if it has one.
  mutating func int64IfAny() throws -> Int64? { try next("a number") }
  /// The next column as a number.
  mutating func int64() throws -> Int64 { try required(int64IfAny(), "a number") }
  /// The next column as a number.
  mutating func int() throws -> Int { Int(try int64()) }
  /// The next column as an unsigned number, if it has one.
  mutating func uint64IfAny() throws -> UInt64? { try int64IfAny().map { UInt64(bitPattern: $0) } }
  /// The next column as an unsigned number.
  mutating func uint64() throws -> UInt64 { UInt64(bitPattern: try int64()) }
  /// The next column as a truth.
  mutating func bool() throws -> Bool { try int64() != 0 }
  /// The next column as bytes.
  mutating func bytes() throws -> [UInt8] {
    let data: Data? = try next("bytes")
    return Array(try required(data, "bytes"))
  }
  /// The next column as an amount, if it has one.
  mutating func amountIfAny() throws -> Amount? {
    let data: Data? = try next("bytes")
    return try data.map { try required(Amount(bytes: Array($0)), "16 bytes") }
  }
  /// The next column as an amount.
  mutating func amount() throws -> Amount {
    let bytes = try bytes()
    return try required(Amount(bytes: bytes), "16 bytes")
  }
  /// The next column as one of a closed set of words, if it has one.
  mutating func wordIfAny<W: RawRepresentable<String>>(_ type: W.Type) throws -> W? {
    guard let text = try textIfAny() else { return nil }
    return try required(W(rawValue: text), "a word of \(type)")
  }
  /// The next column as one of a closed set of words, or a name of that type.
  mutating func word<W: RawRepresentable<String>>(_ type: W.Type) throws -> W {
    try required(wordIfAny(type), "a word of \(type)")
  }

  /// `value`, which must be there.
  func required<T>(_ value: T?, _ wanted: String) throws -> T {
    guard let value else { throw BadRow(column: column - 1, wanted: wanted) }
    return value
  }

  private mutating func next<V: DatabaseValueConvertible>(_ wanted: String) throws -> V? {
    guard column < row.count else { throw BadRow(column: column, wanted: wanted) }
    defer { column += 1 }
    let value: DatabaseValue = row[column]
    guard !value.isNull else { return nil }
    guard let found = V.fromDatabaseValue(value) else { throw BadRow(column: column, wanted: wanted) }
    return found
  }
}

extension Amount {
  /// The amount as its column holds it.
  var blob: Data { Data(bytes) }
}

extension UInt64 {
  /// The number as its column holds it.
  var column: Int64 { Int64(bitPattern: self) }
}

extension Int64 {
  /// The sum, held at the greatest number.
  func addingHeld(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}
