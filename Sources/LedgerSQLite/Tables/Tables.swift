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
    let statement = try db.cachedStatement(sql: sql)
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    // The cursor takes the row with it when it goes.
    return try withExtendedLifetime(rows) {
      guard try rows.next() != nil else { return nil }
      var reader = RowReader(statement)
      return try read(&reader)
    }
  }

  /// All rows, one after the other; memory holds one at a time.
  func each(_ sql: String, _ arguments: StatementArguments = [], _ read: (inout RowReader) throws -> Void) throws {
    let statement = try db.cachedStatement(sql: sql)
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while try rows.next() != nil {
      var reader = RowReader(statement)
      try read(&reader)
    }
  }

  /// All rows.
  func all<T>(_ sql: String, _ arguments: StatementArguments = [], _ read: (inout RowReader) throws -> T) throws -> [T]
  {
    var found: [T] = []
    try each(sql, arguments) { found.append(try read(&$0)) }
    return found
  }

  /// Changes rows; gives how many.
  @discardableResult
  func run(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
    return db.changesCount
  }

  /// Inserts a row; gives its number.
  func insert(row sql: String, _ arguments: StatementArguments) throws -> Int64 {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
    return db.lastInsertedRowID
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
  private let statement: Statement
  private var column = 0

  /// A reader at the first column of the row that `statement` is at.
  init(_ statement: Statement) { self.statement = statement }

  /// The next column as a text, if it has one.
  mutating func textIfAny() throws -> String? {
    switch try next("a text") {
    case .null: nil
    case .string(let text): text
    default: throw BadRow(column: column - 1, wanted: "a text")
    }
  }
  /// The next column as a text.
  mutating func text() throws -> String { try required(textIfAny(), "a text") }
  /// The next column as a number, if it has one.
  mutating func int64IfAny() throws -> Int64? {
    switch try next("a number") {
    case .null: nil
    case .int64(let number): number
    default: throw BadRow(column: column - 1, wanted: "a number")
    }
  }
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
  /// The next column as bytes, if it has some.
  mutating func bytesIfAny() throws -> [UInt8]? {
    switch try next("bytes") {
    case .null: nil
    case .blob(let data): Array(data)
    default: throw BadRow(column: column - 1, wanted: "bytes")
    }
  }
  /// The next column as bytes.
  mutating func bytes() throws -> [UInt8] { try required(bytesIfAny(), "bytes") }
  /// The next column as an amount, if it has one.
  mutating func amountIfAny() throws -> Amount? {
    guard let bytes = try bytesIfAny() else { return nil }
    return try required(Amount(bytes: bytes), "16 bytes")
  }
  /// The next column as an amount.
  mutating func amount() throws -> Amount { try required(amountIfAny(), "16 bytes") }
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

  private mutating func next(_ wanted: String) throws -> DatabaseValue.Storage {
    guard column < statement.columnCount else { throw BadRow(column: column, wanted: wanted) }
    defer { column += 1 }
    return DatabaseValue(sqliteStatement: statement.sqliteStatement, index: CInt(column)).storage
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
