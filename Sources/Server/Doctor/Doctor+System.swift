import Foundation

extension Doctor {
  /// The copies of the ledger: fresh, and where they belong.
  var backups: [Finding] {
    guard let backups = config.server.backups else {
      return [
        Finding(
          "backups",
          .warn,
          "none are made by themselves",
          next: "set server.backups, or run coinslot backup FILE"
        )
      ]
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: backups.folder)) ?? [])
      .filter(NightlyBackup.isOurs).sorted()
    guard let newest = names.last else {
      return [Finding("backups", .warn, "there is none in \(backups.folder) yet", next: "coinslot backup FILE")]
    }
    let file = "\(backups.folder)/\(newest)"
    let hours = (nowMS - (Self.changedMS(file) ?? 0)) / 3_600_000
    let words = "\(names.count) in \(backups.folder), the newest \(hours) h old"
    guard hours <= 26 else { return [Finding("backups", .bad, words, next: "see the server's log")] }
    return [Finding("backups", .ok, words, next: "coinslot backup verify \(file)")]
  }

  /// Whether systemd, where there is one, restarts a server that hangs.
  var system: [Finding] {
    guard FileManager.default.fileExists(atPath: "/run/systemd/system") else { return [] }
    let answer = Self.output("/usr/bin/systemctl", ["show", "coinslot.service", "-p", "LoadState,Type,WatchdogUSec"])
    guard let answer, answer.contains("LoadState=loaded") else { return [] }
    guard answer.contains("Type=notify") else {
      return [Finding("systemd", .warn, "the unit does not wait for readiness", next: "Type=notify in the unit")]
    }
    let isWatched = answer.split(separator: "\n").contains { line in
      line.hasPrefix("WatchdogUSec=") && !["0", "infinity", ""].contains(line.dropFirst("WatchdogUSec=".count))
    }
    return isWatched
      ? [Finding("systemd", .ok, "readiness and watchdog are on")]
      : [Finding("systemd", .warn, "a server that hangs is not restarted", next: "WatchdogSec=60 in the unit")]
  }

  /// What a program prints; nil where it does not end well within three seconds.
  private static func output(_ path: String, _ arguments: [String]) -> String? {
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let end = ContinuousClock.now + .seconds(3)
    while process.isRunning {
      guard ContinuousClock.now < end else {
        process.terminate()
        return nil
      }
      usleep(10_000)
    }
    return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }
}
