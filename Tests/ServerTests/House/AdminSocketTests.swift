import Foundation
import NIOPosix
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Server

@Suite("Admin socket") struct AdminSocketTests {
  private func withDoor(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
    try await withFolder { folder in
      let door = try await AdminSocket.open(
        in: folder,
        group: MultiThreadedEventLoopGroup.singleton,
        log: quietLog
      ) { line in
        switch line {
        case "hello": return .object([.init("said", .string("hello"))])
        case "fail": throw POSIXError(.EIO)
        default: return nil
        }
      }
      try await body(AdminSocket.path(in: folder))
      await door.close()
      #expect(!FileManager.default.fileExists(atPath: AdminSocket.path(in: folder)))
    }
  }

  private func say(_ line: String, _ path: String) async throws -> JSONValue {
    // Blocking, so not on the pool of tasks.
    let text = try await NIOThreadPool.singleton.runIfActive { try UnixVisit.say(line, at: path) }
    return try JSONValue(parsing: text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  @Test func theOwnerIsAnswered() async throws {
    try await withDoor { path in
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o600)
      #expect(try await say("hello", path)["said"]?.string == "hello")
      #expect(UnixVisit.canVisit(path))
    }
  }

  @Test func whatIsNotKnownAndWhatFailsIsSaidWithoutDetail() async throws {
    try await withDoor { path in
      #expect(try await say("open sesame", path)["error"]?.string?.contains("not known") == true)
      let failed = try await say("fail", path)["error"]?.string
      #expect(failed?.contains("log") == true && failed?.contains("EIO") == false)
    }
  }

  @Test func aLineTooLongIsRefused() async throws {
    try await withDoor { path in
      await #expect(throws: UnixVisit.Failure.self) { _ = try await say(String(repeating: "x", count: 300), path) }
    }
  }

  /// Only root can become somebody else to try it.
  @Test(.enabled(if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
  func aStrangerIsRefused() async throws {
    try await withDoor { path in
      chmod(path, 0o666)
      chmod((path as NSString).deletingLastPathComponent, 0o755)
      let process = Process(), output = Pipe()
      process.executableURL = URL(filePath: "/usr/bin/python3")
      let script = """
        import os, socket, sys
        os.setgid(65534); os.setuid(65534)
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(sys.argv[1]); s.sendall(b"hello\\n"); print("got", s.recv(100))
        except OSError as e:
            print("got b''", e)
        """
      process.arguments = ["-c", script, path]
      process.standardOutput = output
      try process.run()
      let text = try await NIOThreadPool.singleton.runIfActive {
        String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      }
      #expect(text.contains("got b''"), "\(text)")
    }
  }

  @Test func aSocketLeftBehindIsReplaced() async throws {
    try await withFolder { folder in
      try Data().write(to: URL(fileURLWithPath: AdminSocket.path(in: folder)))
      let door = try await AdminSocket.open(in: folder, group: MultiThreadedEventLoopGroup.singleton, log: quietLog) {
        .object([.init("said", .string($0))])
      }
      #expect(try await say("x", AdminSocket.path(in: folder))["said"]?.string == "x")
      await door.close()
    }
  }

  @Test func aPathTooLongIsAnErrorAndNoCrash() async throws {
    try await withFolder { folder in
      let deep = "\(folder)/\(String(repeating: "d", count: 100))"
      try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
      await #expect(throws: (any Error).self) {
        _ = try await AdminSocket.open(in: deep, group: MultiThreadedEventLoopGroup.singleton, log: quietLog) { _ in nil
        }
      }
      #expect(!UnixVisit.canVisit(AdminSocket.path(in: deep)))
    }
  }
}
