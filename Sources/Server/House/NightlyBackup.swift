import Coinslot
import Foundation
import Logging

/// Copies the ledger every night, checked, and removes the oldest copies of its own.
///
/// ## On failure
/// A copy that could not be made or checked is in the log, removes nothing, and is tried again an hour later; the
/// alarms tell when the newest is older than 26 h.
struct NightlyBackup: Sendable {
  static let everyMS: Int64 = 60_000
  static let repeatMS: Int64 = 3_600_000
  static let setting = "backup.night"

  let backups: Config.Backups
  let zone: String
  let ledger: any Ledger
  let clock: any Clock
  let log: Logger

  /// Works until cancelled.
  func run() async {
    var notBeforeMS = Int64.min
    while !Task.isCancelled {
      if clock.nowMS >= notBeforeMS {
        do { _ = try await lookOnce() } catch {
          notBeforeMS = clock.nowMS + Self.repeatMS
          log.error("nightly backup failed; it is tried again in an hour", metadata: ["error": "\(error)"])
        }
      }
      await clock.pause(forMS: Self.everyMS)
    }
  }

  /// Makes the copy of this night where its time has come; gives its file, nil where it was not time.
  ///
  /// - Throws: What the ledger or the file system throws.
  func lookOnce() async throws -> String? {
    let now = LocalTime(clock.nowMS, zone: zone)
    guard now.minute >= backups.minute, try await ledger.setting(Self.setting) != "\(now.day)" else { return nil }
    try FileManager.default.createDirectory(
      atPath: backups.folder,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    let file = "\(backups.folder)/\(Self.name(clock.nowMS))"
    try await ledger.backUp(to: file, nowMS: clock.nowMS)
    try await ledger.keep(setting: Self.setting, "\(now.day)")
    log.notice("nightly backup made", metadata: ["backup.file": "\(file)"])
    removeOldest()
    return file
  }

  /// `coinslot-20260131-033000.sqlite`, in UTC, so that names sort by time.
  static func name(_ ms: Int64) -> String {
    let date = Date(timeIntervalSince1970: TimeInterval(ms / 1_000))
    let digits = date.ISO8601Format(.iso8601(timeZone: .gmt, dateSeparator: .omitted, timeSeparator: .omitted))
    return "coinslot-\(digits.prefix(15).replacing("T", with: "-")).sqlite"
  }

  /// Whether a file is one of ours, by its name alone.
  static func isOurs(_ name: String) -> Bool { name.wholeMatch(of: /coinslot-\d{8}-\d{6}\.sqlite/) != nil }

  private func removeOldest() {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: backups.folder)) ?? []).filter(Self.isOurs)
    for name in names.sorted().dropLast(backups.keep) {
      do {
        try FileManager.default.removeItem(atPath: "\(backups.folder)/\(name)")
      } catch {
        log.warning("an old backup could not be removed", metadata: ["backup.file": "\(name)", "error": "\(error)"])
      }
    }
  }
}
