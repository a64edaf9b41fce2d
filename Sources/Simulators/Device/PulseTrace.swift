import DeviceWire
import Primitives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a virtual device's outputs did, as lines of JSON in a file that only grows: the witness of tests that kill it.
///
/// ```
/// {"is":"on","device":"charger-1","boot":3,"c":0,"n":42,"id":"dsp_1","key":"9f86d081884c7d65","left":600000,"at":…}
/// ```
/// `is` is `on` for a pulse that begins, `resumed` for one that goes on after a boot or a welcome, `more` for time added
/// to one that runs, `off` for its end. `id` is null where the device no longer knows it; `key` (the first 8 bytes of
/// SHA-256 of the id) and `n` are always there. Milliseconds, `at` since 1970.
///
/// ## On failure
/// A line is on the disk before the device does anything else: it is the moment at which the output switched. A power
/// cut leaves at most one broken line, the last; a pulse without an `off` ended with the device.
package final class PulseTrace {
  /// What an output did.
  package enum Moment: String, Sendable {
    case on, resumed, more, off
  }

  private let file: Int32
  private let path: String

  /// Opens a file to append to, and makes it where it is missing.
  ///
  /// - Throws: `FlashError`.
  package init(path: String) throws(FlashError) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .failed(path, code: errno) }
    self.file = file
    self.path = path
  }

  deinit { _ = close(file) }

  /// Appends a line.
  ///
  /// - Throws: `FlashError`.
  func append(_ line: Line) throws(FlashError) {
    let bytes = line.bytes
    let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, bytes.count) }
    guard count == bytes.count, fsync(file) == 0 else { throw .failed(path, code: errno) }
  }

  /// One line.
  struct Line {
    let moment: Moment
    let device: String
    let boot: UInt64
    let channel: UInt8
    let number: UInt64
    let id: String?
    let key: UInt64
    let leftMS: UInt64
    let atMS: Int64

    var bytes: [UInt8] {
      let digits = String(key, radix: 16)
      let value = JSONValue.object([
        .init("is", .string(moment.rawValue)), .init("device", .string(device)), .init("boot", .number(boot)),
        .init("c", .number(channel)), .init("n", .number(number)), .init("id", id.map { .string($0) } ?? .null),
        .init("key", .string(String(repeating: "0", count: 16 - digits.count) + digits)),
        .init("left", .number(leftMS)), .init("at", .number(atMS)),
      ])
      return value.bytes() + [0x0a]
    }
  }
}
