import Foundation
import Sockets

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Doctor {
  /// The data folder: there, ours alone, with room.
  func folder(isRunning: Bool) -> [Finding] {
    let folder = config.server.data, place = "data folder"
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      return [Finding(place, isRunning ? .bad : .warn, "\(folder) is not there yet; the first start makes it")]
    }
    guard isFolder.boolValue else {
      return [Finding(place, .bad, "\(folder) is no folder", next: "move it away, or set server.data")]
    }
    guard access(folder, R_OK | W_OK | X_OK) == 0 else {
      return [Finding(place, .bad, "\(folder) belongs to another user", next: "run this as the user of the server")]
    }
    var findings: [Finding] = []
    if let mode = Self.mode(folder), mode & 0o077 != 0 {
      findings.append(Finding(place, .warn, "\(folder) is open to others", next: "chmod 700 \(folder)"))
    } else {
      findings.append(Finding(place, .ok, "\(folder), \(isRunning ? "a server works there" : "no server works there")"))
    }
    if FileManager.default.fileExists(atPath: "\(folder)/ledger.sqlite"),
      !FileManager.default.fileExists(atPath: "\(folder)/incarnation")
    {
      findings.append(
        Finding(
          place,
          .bad,
          "the ledger has no incarnation beside it: it was put there by hand, or that file was lost",
          next: "coinslot restore \(folder)/ledger.sqlite keeps this very ledger and gives it one"
        )
      )
    }
    guard let space = FreeSpace(of: folder) else { return findings }
    let least = config.server.disk.leastBytes(of: space.total)
    let words = "\(SizeText.rough(space.free)) free, nothing is sold below \(SizeText.rough(least))"
    let verdict: Finding.Verdict = space.free < least ? .bad : space.free < 2 * least ? .warn : .ok
    findings.append(Finding("disk", verdict, words, next: verdict == .ok ? nil : "make room where \(folder) lies"))
    return findings
  }

  /// The files that hold secrets: nobody else may read them.
  var secrets: [Finding] {
    let data = config.server.data, keys = "\(data)/devices"
    var files = ["\(data)/admin.token", "\(data)/ledger.sqlite"]
    files += ((try? FileManager.default.contentsOfDirectory(atPath: keys)) ?? []).sorted().map { "\(keys)/\($0)" }
    files += config.devices.compactMap(\.keyFile)
    files += [config.server.tls?.key, config.lightning?.secretFile, config.tesla?.tokenFile].compactMap(\.self)
    let known = files.filter { FileManager.default.fileExists(atPath: $0) }
    let open = known.filter { (Self.mode($0) ?? 0) & 0o077 != 0 }
    // A server's group may read a TLS key, as its own check allows.
    let bad = open.filter { $0 != config.server.tls?.key || (Self.mode($0) ?? 0) & 0o027 != 0 }
    guard bad.isEmpty else {
      return bad.map { Finding("secrets", .bad, "\($0) can be read by others", next: "chmod 600 \($0)") }
    }
    return [Finding("secrets", .ok, "\(known.count) file(s), for their owner's eyes only")]
  }

  /// The clock against this program and against the newest thing written to the ledger.
  var clock: [Finding] {
    if nowMS < Release.madeAtMS {
      return [Finding("clock", .bad, "it shows a day before this version was made", next: "timedatectl set-ntp true")]
    }
    let files = ["ledger.sqlite", "ledger.sqlite-wal"].map { "\(config.server.data)/\($0)" }
    let newestMS = files.compactMap(Self.changedMS).max()
    if let newestMS, nowMS < newestMS - 5_000 {
      return [
        Finding("clock", .bad, "it is earlier than the newest entry of the ledger", next: "timedatectl set-ntp true")
      ]
    }
    return [Finding("clock", .ok, "later than this version and than the ledger")]
  }

  /// The certificate of the public listener.
  var certificate: [Finding] {
    guard let tls = config.server.tls else {
      let isHome = config.server.listen.allSatisfy(\.isLoopback)
      return isHome
        ? []
        : [Finding("tls", .warn, "the public listener speaks plain http to other machines", next: "set server.tls")]
    }
    do throws(TLSFileError) {
      let loaded = try ServerTLS(certificateFile: tls.certificate, keyFile: tls.key)
      let days = (loaded.expiresAtMS - nowMS) / 86_400_000
      return days < 14
        ? [
          Finding(
            "tls",
            .warn,
            "the certificate ends in \(days) day(s)",
            next: "renew it, then: systemctl reload coinslot"
          )
        ]
        : [Finding("tls", .ok, "the certificate ends in \(days) days")]
    } catch { return [Finding("tls", .bad, "\(error)", next: "renew or correct it, then: systemctl reload coinslot")] }
  }

  /// How many files and connections the system lets this user open.
  var openFiles: Finding {
    var limit = rlimit()
    #if os(Linux)
      let code = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #else
      let code = getrlimit(RLIMIT_NOFILE, &limit)
    #endif
    guard code == 0 else { return Finding("open files", .warn, "the system does not say how many may be open") }
    let needed = config.limits.connections + (config.nano?.callback == nil ? 0 : config.limits.watchers) + 200
    let may = Int(clamping: limit.rlim_max)
    guard may >= needed else {
      return Finding(
        "open files",
        .warn,
        "\(may) may be open here, \(needed) are wanted by limits.connections and limits.watchers",
        next: "ulimit -n \(needed), or LimitNOFILE=\(needed) in the unit, or smaller limits"
      )
    }
    return Finding("open files", .ok, "\(may) may be open, \(needed) are wanted")
  }

  static func mode(_ path: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
  }

  static func changedMS(_ path: String) -> Int64? {
    (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
      .map { Int64($0.timeIntervalSince1970 * 1_000) }
  }
}
