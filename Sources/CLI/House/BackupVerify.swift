import ArgumentParser
import Coinslot
import Foundation
import LedgerSQLite
import Primitives

struct BackupVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read a whole backup and prove that it can be restored.",
    discussion: """
      Structure, references and our own books are checked; nothing is written.

      Examples:
        coinslot backup verify coinslot-2026-01-31.sqlite
        coinslot backup verify ledger.sqlite --json | jq .payments
      """
  )

  @Argument(help: "The file.")
  var file: String

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let report = try await LedgerFiles.verify(file)
    if output.isJSON { return Standard.json(LedgerFiles.json(report)) }
    Standard.line(LedgerFiles.sheet(report))
    Standard.line("\n\(file) is good: coinslot restore \(file)")
  }
}

/// Backups as commands read and show them.
enum LedgerFiles {
  /// Reads and checks a backup.
  ///
  /// - Throws: `Failure` with what is wrong.
  static func verify(_ file: String) async throws -> BackupReport {
    guard FileManager.default.fileExists(atPath: file) else {
      throw Failure(.notFound, "there is no file \(file)")
    }
    return try await Progress.during("reading \(file)") { _ in try refusing { try SQLiteLedger.verifyBackup(file) } }
  }

  /// Runs what works on files of the ledger; says what is wrong in the words of commands.
  static func refusing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as BackupDamaged {
      throw Failure(
        .failed,
        "the backup is not good, nothing was changed:\n\(error.trouble.joined(separator: "\n"))",
        hint: "take another one"
      )
    } catch LedgerError.inUse(let why) {
      throw Failure(.conflict, why, hint: "stop the server first")
    } catch let error as LedgerError {
      throw Failure(.failed, Serve.words(for: error))
    } catch {
      throw Failure(.failed, "the backup is not good, it cannot be read: \(error)", hint: "take another one")
    }
  }

  static func json(_ report: BackupReport) -> JSONValue {
    let pots = report.payments.sorted { $0.key.rawValue < $1.key.rawValue }
    return .object([
      .init("version", .number(report.version)), .init("ledger", report.ledger.map { .string($0) } ?? .null),
      .init("incarnation", .number(report.incarnation)),
      .init("restored_at_ms", report.restoredAtMS.map { .number($0) } ?? .null),
      .init("newest_moment_ms", report.newestMomentMS.map { .number($0) } ?? .null),
      .init("bytes", .number(report.bytes)),
      .init("payments", .object(pots.map { .init($0.key.rawValue, .number($0.value)) })),
      .init("sales", .number(report.sales)), .init("dispatches", .number(report.dispatches)),
      .init("open_dispatches", .number(report.openDispatches)), .init("quotes", .number(report.quotes)),
      .init("devices", .number(report.devices)), .init("events", .number(report.events)),
    ])
  }

  static func sheet(_ report: BackupReport) -> String {
    var sheet = Sheet()
    let pots = report.payments.filter { $0.value > 0 }.sorted { $0.key.rawValue < $1.key.rawValue }
    sheet.add("newest entry", Readable.moment(report.newestMomentMS.map { .number($0) }) ?? "none")
    sheet.add("payments", pots.isEmpty ? "none" : pots.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", "))
    sheet.add("sales", "\(report.sales)")
    sheet.add("work", "\(report.dispatches), of which \(report.openDispatches) had not ended")
    sheet.add("devices", "\(report.devices)")
    sheet.add("ledger", report.ledger.map { "\($0), life \(report.incarnation)" })
    sheet.add("bytes", "\(report.bytes)")
    return sheet.text
  }
}
