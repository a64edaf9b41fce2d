public import Coinslot

/// What every `Ledger` must do, as cases that a test runs one by one: each makes its own ledger and throws `Broken`
/// where a promise is not kept.
public struct LedgerConformance: Sendable {
  /// Makes a fresh ledger.
  public let make: @Sendable () async throws -> any Ledger
  /// Stops a ledger and opens what it left behind.
  public let reopen: @Sendable (any Ledger) async throws -> any Ledger
  /// Backs a ledger up, restores the backup at `restoredAtMS`, and opens what that makes.
  public let restore: @Sendable (any Ledger) async throws -> any Ledger

  /// When a ledger is restored here, wall-clock milliseconds: a day after all that the cases do.
  public static let restoredAtMS = Sample.startMS + 86_400_000

  /// The suite over one kind of ledger.
  public init(
    make: @escaping @Sendable () async throws -> any Ledger,
    reopen: @escaping @Sendable (any Ledger) async throws -> any Ledger,
    restore: @escaping @Sendable (any Ledger) async throws -> any Ledger
  ) {
    self.make = make
    self.reopen = reopen
    self.restore = restore
  }

  /// One thing that must hold.
  public struct Case: Sendable, CustomStringConvertible {
    /// What, in a few words.
    public let name: String
    /// Tries it.
    public let run: @Sendable (LedgerConformance) async throws -> Void
    /// The name.
    public var description: String { name }

    init(_ name: String, _ run: @escaping @Sendable (LedgerConformance) async throws -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// All of it.
  public static let cases: [Case] =
    admission + quotes + parts + work + outcomes + greetings + events + house + people + watchfulness + pages
    + histories + storage + restoring

  /// A promise that was not kept, and where the suite noticed.
  public struct Broken: Error, CustomStringConvertible {
    /// What was found.
    public let description: String
  }
}

// MARK: What the cases say

func expect(
  _ holds: Bool,
  _ what: @autoclosure () -> String,
  file: StaticString = #fileID,
  line: UInt = #line
) throws {
  if !holds { throw LedgerConformance.Broken(description: "\(file):\(line): \(what())") }
}

func expect<T: Equatable>(
  _ found: T,
  is wanted: T,
  _ what: @autoclosure () -> String = "",
  file: StaticString = #fileID,
  line: UInt = #line
) throws {
  try expect(found == wanted, "\(what()) found \(found), wanted \(wanted)", file: file, line: line)
}

func need<T>(
  _ value: T?,
  _ what: @autoclosure () -> String = "nothing there",
  file: StaticString = #fileID,
  line: UInt = #line
) throws -> T {
  guard let value else { throw LedgerConformance.Broken(description: "\(file):\(line): \(what())") }
  return value
}

func expectThrows<E: Error & Equatable>(
  _ wanted: E,
  file: StaticString = #fileID,
  line: UInt = #line,
  _ body: () async throws -> Void
) async throws {
  var thrown: (any Error)?
  do { try await body() } catch { thrown = error }
  let found = thrown.map { "\($0)" } ?? "nothing"
  try expect(thrown as? E == wanted, "threw \(found), wanted \(wanted)", file: file, line: line)
}
