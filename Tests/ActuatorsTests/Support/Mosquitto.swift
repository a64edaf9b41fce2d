import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing

/// A real broker on a port of its own, in a folder of its own.
final class Mosquitto: Sendable {
  let folder: Folder
  let port: Int
  /// The process, by its id: it is ended by that alone.
  private let pid = Mutex<Int32?>(nil)

  /// The program; a machine without it cannot run these tests, and says so.
  static func program(_ name: String) throws -> String {
    let found = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"]
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    return try #require(found, "install mosquitto")
  }

  /// Starts a broker; with `users`, only they are let in.
  init(users: [String: String] = [:], tls: (certificate: String, key: String)? = nil) async throws {
    folder = try Folder()
    port = try await freePort()
    var lines = ["listener \(port) 127.0.0.1", "persistence false", "log_dest file \(folder.path)/log"]
    if users.isEmpty {
      lines.append("allow_anonymous true")
    } else {
      let file = try folder.write("", "users")
      for (user, password) in users {
        let made = Process()
        made.executableURL = URL(filePath: try Self.program("mosquitto_passwd"))
        made.arguments = ["-b", file, user, password]
        try made.run()
        made.waitUntilExit()
      }
      lines += ["allow_anonymous false", "password_file \(file)"]
    }
    if let tls { lines += ["certfile \(tls.certificate)", "keyfile \(tls.key)"] }
    // Started by root it would give its rights away, and could not read its own folder.
    if getuid() == 0 { lines.append("user root") }
    try folder.write(lines.joined(separator: "\n") + "\n", "mosquitto.conf")
    try await start()
  }

  deinit { stop(killing: true) }

  /// Starts it, and returns when it listens.
  func start() async throws {
    let process = Process()
    process.executableURL = URL(filePath: try Self.program("mosquitto"))
    process.arguments = ["-c", "\(folder.path)/mosquitto.conf"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    pid.withLock { $0 = process.processIdentifier }
    let port = port
    let listens = try await eventually {
      guard
        let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
          .connect(host: "127.0.0.1", port: port).get()
      else { return false }
      try await channel.close().get()
      return true
    }
    try #require(listens, "mosquitto does not listen: \(folder.read("log") ?? "")")
  }

  /// Ends it at once, as a power cut would, or with a goodbye.
  func stop(killing: Bool = false) {
    guard
      let pid = pid.withLock({ pid in
        defer { pid = nil }; return pid
      })
    else { return }
    kill(pid, killing ? SIGKILL : SIGTERM)
    // Foundation collects its end; until then the port may still be taken.
    for _ in 0..<500 where kill(pid, 0) == 0 { usleep(10_000) }
  }

  /// What is kept for those who come later, under a filter: topic and text.
  func retained(_ filter: String) async throws -> [String: String] {
    let client = try await MQTTProbe(port: port)
    let found = try await client.retained(filter)
    await client.close()
    return found
  }
}
