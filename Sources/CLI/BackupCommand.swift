import ArgumentParser
import Foundation
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Primitives

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the server's ledger into a file, while it works; check a copy.",
    discussion: """
      `coinslot backup FILE` is `coinslot backup make FILE`.

      Examples:
        coinslot backup /backup/coinslot-$(date +%F).sqlite
        coinslot backup verify /backup/coinslot-2026-01-31.sqlite
      """,
    subcommands: [BackupMake.self, BackupVerify.self],
    defaultSubcommand: BackupMake.self
  )
}

struct BackupMake: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "Copy the server's ledger into a file, while it works.",
    discussion: """
      The copy is consistent and complete up to the moment it was taken; the file appears under its name only when all \
      of it is on disk, readable by you alone.

      It holds payments, sales, work, devices, settings, the hash of the admin token, and what is kept of people. It \
      leaves out device keys (the devices folder in the data folder; sealed where there is a master key), the master \
      key, the admin token and the configuration: copy those too, and keep the master key apart from all of them.

      Examples:
        coinslot backup /backup/coinslot-$(date +%F).sqlite
        coinslot backup ledger.sqlite --dry-run
      """
  )

  @Argument(help: "The file to write; never overwritten.")
  var file: String

  @OptionGroup var server: ServerOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions

  /// What every SQLite database begins with.
  private static let beginning = Array("SQLite format 3\0".utf8)

  func run() async throws {
    let client = try server.client()
    if change.dryRun {
      _ = try await client.post("/v1/backup", isDryRun: true)
      guard !FileManager.default.fileExists(atPath: file) else {
        throw Failure(.conflict, "\(file) exists and is not overwritten")
      }
      return show(bytes: 0, isDryRun: true)
    }
    let new = try NewFile(file, mode: 0o600)
    let bytes = try await Progress.during("backing up") { progress in
      let body = try await client.open(.POST, "/v1/backup", lifeSeconds: 24 * 3_600)
      var bytes = 0
      var head: [UInt8] = []
      do {
        for try await piece in body {
          if head.count < Self.beginning.count {
            head += piece.readableBytesView.prefix(Self.beginning.count - head.count)
          }
          try new.write(piece.readableBytesView)
          bytes += piece.readableBytes
          progress.say("backing up, \(bytes >> 20) MiB")
        }
      } catch let failure as Failure {
        throw failure
      } catch {
        throw Failure(
          .cannotConnect,
          "the connection broke after \(bytes) bytes; nothing was kept",
          hint: "run it again"
        )
      }
      guard head == Self.beginning else { throw Failure(.failed, "what came is no ledger; nothing was kept") }
      return bytes
    }
    try new.finish()
    show(bytes: bytes, isDryRun: false)
  }

  private func show(bytes: Int, isDryRun: Bool) {
    if output.isJSON {
      Standard.json(["file": .string(file), "bytes": .number(bytes), "dry_run": .bool(isDryRun)])
    } else {
      Standard.line(
        isDryRun
          ? "would write \(file)"
          : "wrote \(file), \(bytes) bytes\nwithout device keys, master key and configuration; prove it: coinslot backup verify \(file)"
      )
    }
  }
}
