import ArgumentParser
import Foundation
import LedgerSQLite
import Primitives
import Server

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a backup in the place of the ledger, without doing anything twice.",
    discussion: """
      The server must not run. The backup is checked first; the ledger that is there now is kept beside it. Payments \
      made before the restore that the backup does not know are held for you, and work that it shows as open ends as \
      held or unknown: either may have happened since. Restoring again is safe.

      Examples:
        coinslot restore /backup/coinslot-2026-01-31.sqlite --dry-run
        coinslot restore /backup/coinslot-2026-01-31.sqlite --yes
        coinslot restore ledger.sqlite --data /var/lib/coinslot
      """
  )

  @Argument(help: "The backup; it stays as it is.")
  var file: String

  @Option(help: ArgumentHelp("The data folder; the configuration's unless given.", valueName: "folder"))
  var data: String?

  @Option(help: ArgumentHelp("The configuration.", valueName: "file"))
  var config: String?

  @Flag(help: "Do not ask.")
  var yes = false

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let folder = try data ?? LoadedConfig.found(named: config).config.server.data
    let report = try await LedgerFiles.verify(file)
    let warning = Self.warning(report, folder: folder)
    if change.dryRun {
      guard !output.isJSON else {
        return Standard.json(["dry_run": true, "data": .string(folder), "backup": LedgerFiles.json(report)])
      }
      return Standard.line("\(warning)\n\nnothing was changed")
    }
    if !yes {
      guard Standard.isInputTerminal else {
        throw Failure(.usage, "nobody is there to ask", hint: "see --dry-run, then say --yes")
      }
      Standard.error("\(warning)\n\nRestore? Type yes:")
      guard readLine() == "yes" else { throw Failure(.conflict, "nothing was changed") }
    }
    let done = try await Progress.during("restoring") { [file] _ in
      try LedgerFiles.refusing {
        // A token that was changed since must not come back: the next start makes another.
        try SQLiteLedger.restore(
          backup: file,
          into: folder,
          nowMS: WallClock().wallMS,
          forgetting: [AdminTokenFile.setting]
        )
      }
    }
    try Self.giveToOwner(of: folder)
    show(done, folder: folder)
  }

  /// What will happen, for whoever decides.
  private static func warning(_ report: BackupReport, folder: String) -> String {
    let hasLedger = FileManager.default.fileExists(atPath: "\(folder)/\(SQLiteLedger.fileName)")
    return """
      \(LedgerFiles.sheet(report))

      It will be the ledger of \(folder)\(hasLedger ? "; the one there now is kept beside it" : "").
      Payments made until now that it does not know will be held for you, not sold.
      \(report.openDispatches) piece(s) of work that it shows as open will end as held or unknown, not run.
      """
  }

  /// Where root restores for a service, the files belong to whom the folder belongs to.
  private static func giveToOwner(of folder: String) throws {
    let manager = FileManager.default
    let owner = try manager.attributesOfItem(atPath: folder).filter {
      $0.key == .ownerAccountID || $0.key == .groupOwnerAccountID
    }
    for name in try manager.contentsOfDirectory(atPath: folder)
    where name.hasPrefix(SQLiteLedger.fileName) || name == "incarnation" || name == "lock" {
      // Only root may, and only root needs to.
      try? manager.setAttributes(owner, ofItemAtPath: "\(folder)/\(name)")
    }
  }

  private func show(_ done: RestoreReport, folder: String) {
    if output.isJSON {
      return Standard.json([
        "data": .string(folder), "incarnation": .number(done.incarnation),
        "restored_at_ms": .number(done.restoredAtMS), "replaced": done.replaced.map { .string($0) } ?? .null,
        "held": .number(done.held), "unknown": .number(done.unknown), "backup": LedgerFiles.json(done.backup),
      ])
    }
    var sheet = Sheet()
    sheet.add("restored", folder)
    sheet.add("kept beside it", done.replaced)
    sheet.add("work held", "\(done.held)")
    sheet.add("work unknown", "\(done.unknown)")
    sheet.add(
      "revoke again",
      "devices that were revoked after the backup; the admin token is made anew at the next start"
    )
    sheet.add("next", "coinslot serve; then look at what is held: coinslot payment list")
    Standard.line(sheet.text)
  }
}
