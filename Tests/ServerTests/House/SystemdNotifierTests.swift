import Foundation
import Synchronization
import TestKit
import Testing

@testable import Server

/// A socket as systemd holds one, and what arrives there.
private final class Ear: Sendable {
  private let socket: Int32
  private let beats = Mutex(0)

  init(_ name: String) throws {
    socket = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(2 + bytes.count + (bytes[0] == 0 ? 0 : 1))
    let ear = socket
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(ear, $0, length) }
    }
    guard code == 0 else { throw POSIXError(.EADDRINUSE) }
  }

  deinit { close(socket) }

  /// How many signs of life came so far.
  func countBeats() -> Int {
    while let word = next() { if word == "WATCHDOG=1" { beats.withLock { $0 += 1 } } }
    return beats.withLock { $0 }
  }

  /// The next message; nil where none waits.
  func next() -> String? {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = recv(socket, &buffer, buffer.count, 0)
    return count >= 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}

@Suite("systemd notifier") struct SystemdNotifierTests {
  @Test(arguments: [true, false]) func tellsByBothKindsOfNames(_ isAbstract: Bool) throws {
    let path = "/tmp/coinslot-\(UUID().uuidString.prefix(8)).sock"
    defer { unlink(path) }
    let name = isAbstract ? "@" + path : path
    let ear = try Ear(name)
    let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": name], pid: 1)
    #expect(notifier.isHeard && notifier.beatMS == nil)
    #expect(notifier.tell(.ready(status: "serves\nWATCHDOG=trigger")))
    #expect(ear.next() == "READY=1\nSTATUS=servesWATCHDOG=trigger", "a status is one line")
    #expect(notifier.tell(.stopping) && notifier.tell(.alive))
    #expect(ear.next() == "STOPPING=1" && ear.next() == "WATCHDOG=1")
    #expect(notifier.tell(.reloading))
    let reloading = try #require(ear.next()).split(separator: "\n")
    #expect(reloading.first == "RELOADING=1")
    let stamp = try #require(reloading.last?.split(separator: "=").last.flatMap { Int64($0) })
    let uptime = try String(contentsOfFile: "/proc/uptime", encoding: .utf8).split(separator: ".").first.flatMap {
      Int64($0)
    }
    #expect(abs(stamp / 1_000_000 - (uptime ?? 0)) < 60, "CLOCK_MONOTONIC, in microseconds")
  }

  @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"]])
  func saysNothingWhereNobodyAsked(_ environment: [String: String]) {
    let notifier = SystemdNotifier(environment: environment.merging(["WATCHDOG_USEC": "1000000"]) { $1 }, pid: 1)
    #expect(!notifier.isHeard && notifier.beatMS == nil && !notifier.tell(.alive))
  }

  @Test func neverFailsWhereNobodyListens() {
    #expect(!SystemdNotifier(environment: ["NOTIFY_SOCKET": "/nonexistent/socket"], pid: 1).tell(.stopping))
    let long = "/" + String(repeating: "a", count: 200)
    #expect(!SystemdNotifier(environment: ["NOTIFY_SOCKET": long], pid: 1).tell(.stopping))
  }

  @Test(
    arguments: [
      ("60000000", nil, 30_000), ("60000000", "7", 30_000), ("60000000", "8", nil), ("0", nil, nil), ("x", nil, nil),
      ("1", nil, 1),
    ] as [(String, String?, Int64?)]
  )
  func beatsAtHalfOfWhatIsWaited(_ wait: String, _ pid: String?, _ beat: Int64?) {
    var environment = ["NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": wait]
    environment["WATCHDOG_PID"] = pid
    #expect(SystemdNotifier(environment: environment, pid: 7).beatMS == beat)
  }

  @Test func aHeartWhoseOrgansAnswerBeats() async throws {
    let name = "@coinslot-\(UUID().uuidString)"
    let ear = try Ear(name)
    let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "2000000"], pid: 1)
    let heart = Heart(notifier: notifier, clock: SteadyClock()) {}
    let beating = Task { await heart.run() }
    #expect(try await eventually(within: 30) { ear.countBeats() >= 3 })
    beating.cancel()
    await beating.value
  }

  @Test func aHeartWithAHangingOrganStops() async throws {
    let name = "@coinslot-\(UUID().uuidString)"
    let ear = try Ear(name)
    let clock = SteadyClock()
    let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"], pid: 1)
    let heart = Heart(notifier: notifier, clock: clock) { try? await Task.sleep(for: .seconds(3_600)) }
    let beating = Task { await heart.run() }
    #expect(try await eventually(within: 10) { !heart.isWell(within: 1_000) })
    while ear.next() != nil {}
    try await Task.sleep(for: .milliseconds(500))
    #expect(ear.next() == nil, "five beats would have been due")
    beating.cancel()
    await beating.value
  }

  @Test func aHeartThatNobodyHearsIsQuiet() async {
    let heart = Heart(notifier: SystemdNotifier(environment: [:], pid: 1), clock: SteadyClock()) {
      Issue.record("no organ needs to be asked")
    }
    await heart.run()
  }
}
