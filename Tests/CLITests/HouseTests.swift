import Foundation
import Primitives
import Simulators
import Synchronization
import TestKit
import Testing

/// What a running server does for its house: tokens, sealed keys, readiness, core dumps.
@Suite("House", .serialized, .timeLimit(.minutes(5))) struct HouseTests {
  private func server(_ folder: String, more: String = "", device: String = "- { id: relay, title: Relay }") throws
    -> RunningServer
  {
    let server = try RunningServer(folder: folder)
    try server.configure(server: more, more: "devices:\n  \(device)")
    return server
  }

  @Test func aLostTokenIsResetByTheOwner() async throws {
    try await withFolder { folder in
      let server = try server(folder)
      let program = try await server.start()
      let old = try String(contentsOfFile: "\(folder)/data/admin.token", encoding: .utf8)
      let result = try await Command(folder: folder).run("token", "reset", "--config", server.configFile)
      let token = try #require(result.json?["token"]?.string, "\(result)")
      #expect(result.code == 0 && token.hasPrefix("cst_") && !old.contains(token))
      #expect(try String(contentsOfFile: "\(folder)/data/admin.token", encoding: .utf8) == token + "\n")
      #expect(try await server.get("/v1/devices")["data"]?.array?.count == 1)
      let stale = Command(environment: ["COINSLOT_TOKEN": old.trimmingCharacters(in: .newlines)], folder: folder)
      let refused = try await stale.run("device", "list", "--server", server.url)
      #expect(refused.code == 4, "\(refused)")
      #expect(!program.output.contains(token), "no token in the log")
      let kept = try await Command(folder: folder).run(
        "token",
        "reset",
        "--config",
        server.configFile,
        "--save-token",
        "new.token"
      )
      #expect(kept.code == 0 && !kept.output.contains("cst_"), "\(kept)")
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/data/admin.sock"))
      let nobody = try await Command(folder: folder).run("token", "reset", "--config", server.configFile)
      #expect(nobody.code == 5 && nobody.error.contains("running"), "\(nobody)")
    }
  }

  @Test func deviceKeysAreSealedAndTheWrongMasterKeyIsRefused() async throws {
    try await withFolder { folder in
      var program = try await server(folder).start()
      program.kill(SIGTERM)
      try await program.wait()
      let keyFile = "\(folder)/data/devices/relay.1.key"
      let open = try String(contentsOfFile: keyFile, encoding: .utf8)
      #expect(open.count == 65)
      for name in ["master", "other"] {
        #expect(try await Command(folder: folder).run("master-key", "new", "\(folder)/\(name)").code == 0)
      }
      let again = try await Command(folder: folder).run("master-key", "new", "\(folder)/master")
      #expect(again.code == 6, "never overwritten")

      program = try await server(folder, more: "  master_key_file: \(folder)/master").start()
      let sealed = try String(contentsOfFile: keyFile, encoding: .utf8)
      #expect(sealed.hasPrefix("sealed1:") && !sealed.contains(open.prefix(64)))
      program.kill(SIGTERM)
      try await program.wait()

      for (more, words) in [("  master_key_file: \(folder)/other", "not the key that sealed"), ("", "no master key")] {
        let refused = try Program.coinslot("serve", "--config", try server(folder, more: more).configFile)
        #expect(try await refused.wait() == 1)
        #expect(refused.errors.contains(words), "\(refused.errors)")
      }
      #expect(try String(contentsOfFile: keyFile, encoding: .utf8) == sealed)
    }
  }

  @Test func systemdIsToldOfReadinessReloadAndTheEnd() async throws {
    try await withFolder { folder in
      let server = try server(folder)
      let name = "@coinslot-\(UUID().uuidString)"
      let ear = try DatagramEar(name)
      let program = try Program.coinslot(
        "serve",
        "--config",
        server.configFile,
        environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000000"]
      )
      #expect(try await eventually(within: 60) { ear.heard("READY=1") == 1 })
      #expect(try await eventually(within: 20) { ear.heard("WATCHDOG=1") >= 3 })
      program.kill(SIGHUP)
      #expect(try await eventually(within: 20) { ear.heard("READY=1") == 2 })
      #expect(ear.heard("RELOADING=1\nMONOTONIC_USEC=") == 1)
      #expect(ear.heard("STOPPING=1") == 0)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      #expect(ear.heard("STOPPING=1") == 1)
    }
  }

  @Test(arguments: [true, false]) func noCoreDumpHoldsASecret(_ isForbidden: Bool) async throws {
    try await withFolder { folder in
      let server = try server(folder)
      let arguments = ["serve", "--config", server.configFile] + (isForbidden ? [] : ["--core-dumps"])
      let program = try Program(Program.binary, arguments)
      try await program.waitFor("coinslot serves", seconds: 60)
      let limits = try String(contentsOfFile: "/proc/\(program.pid)/limits", encoding: .utf8)
      let filter = try String(contentsOfFile: "/proc/\(program.pid)/coredump_filter", encoding: .utf8)
      let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
      #expect((UInt64(filter.trimmingCharacters(in: .whitespacesAndNewlines), radix: 16) == 0) == isForbidden)
      if isForbidden { #expect(line.split(separator: " ").dropFirst(4).prefix(2).map(String.init) == ["0", "0"]) }
      // What tests and operators watch stays readable.
      #expect(try String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8).contains("VmRSS"))
      program.kill(SIGTERM)
      try await program.wait()
    }
  }

  @Test func aNightlyBackupIsMadeAndIsALedger() async throws {
    try await withFolder { folder in
      let server = try server(folder, more: "  backups: { folder: \(folder)/copies, at: \"00:00\" }")
      let program = try await server.start()
      @Sendable func copies() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/copies")) ?? []).filter {
          $0.hasSuffix(".sqlite")
        }
      }
      #expect(try await eventually(within: 30) { !copies().isEmpty })
      let name = try #require(copies().first)
      let file = try #require(FileHandle(forReadingAtPath: "\(folder)/copies/\(name)"))
      #expect(try file.read(upToCount: 15).map { String(decoding: $0, as: UTF8.self) } == "SQLite format 3")
      program.kill(SIGTERM)
      try await program.wait()
    }
  }
}

/// A datagram socket with an abstract name, and everything that arrived there.
private final class DatagramEar: Sendable {
  private let socket: Int32
  private let messages = Mutex<[String]>([])

  init(_ name: String) throws {
    socket = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    bytes[0] = 0
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let ear = socket
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(ear, $0, socklen_t(2 + bytes.count)) }
    }
    guard code == 0 else { throw POSIXError(.EADDRINUSE) }
  }

  deinit { close(socket) }

  /// How many messages began like this so far.
  func heard(_ beginning: String) -> Int {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count >= 0 else { break }
      messages.withLock { $0.append(String(decoding: buffer[..<count], as: UTF8.self)) }
    }
    return messages.withLock { $0 }.filter { $0.hasPrefix(beginning) }.count
  }
}
