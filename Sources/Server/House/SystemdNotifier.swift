import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Tells systemd how the service is, as `sd_notify(3)` describes: a datagram to `$NOTIFY_SOCKET`.
///
/// Does nothing where nobody asked to be told, and never fails: a message that cannot be sent is lost.
package struct SystemdNotifier: Sendable {
  /// How often a sign of life is due, milliseconds: half of what systemd waits; nil where it waits for none.
  package let beatMS: Int64?
  private let path: String?

  /// What the variables of this process say.
  ///
  /// `WATCHDOG_PID` names whom the watchdog means; where it is somebody else, no sign of life is due.
  package init(environment: [String: String], pid: Int32) {
    path = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(pid)" } ?? true
    let waitUS = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil }
    beatMS = path != nil && isMeant ? waitUS.map { max(1, $0 / 2_000) } : nil
  }

  /// Whether anybody wants to be told.
  package var isHeard: Bool { path != nil }

  /// What there is to tell.
  package enum Word: Sendable {
    /// It serves, or serves again after a reload.
    case ready(status: String)
    /// It reads its configuration again.
    case reloading
    /// It ends.
    case stopping
    /// It is alive.
    case alive

    var text: String {
      switch self {
      case .ready(let status): "READY=1\nSTATUS=\(status.filter { !$0.isNewline })"
      case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicUS)"
      case .stopping: "STOPPING=1"
      case .alive: "WATCHDOG=1"
      }
    }

    /// CLOCK_MONOTONIC, as systemd compares it with.
    private static var monotonicUS: UInt64 { DispatchTime.now().uptimeNanoseconds / 1_000 }
  }

  /// Tells one thing; gives whether it went out.
  @discardableResult
  package func tell(_ word: Word) -> Bool {
    guard let path else { return false }
    var name = Array(path.utf8)
    // A name that begins with @ lives in no file system; its first byte is zero.
    if name.first == UInt8(ascii: "@") { name[0] = 0 }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < room else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    let length = socklen_t(offset + name.count + (name[0] == 0 ? 0 : 1))
    let socket = Self.datagramSocket()
    guard socket >= 0 else { return false }
    defer { close(socket) }
    let bytes = Array(word.text.utf8)
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        sendto(socket, bytes, bytes.count, Self.flags, address, length)
      }
    }
    return sent == bytes.count
  }

  #if os(Linux)
    private static let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    private static func datagramSocket() -> Int32 {
      socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }
  #else
    private static let flags = MSG_DONTWAIT
    private static func datagramSocket() -> Int32 { socket(AF_UNIX, SOCK_DGRAM, 0) }
  #endif
}
