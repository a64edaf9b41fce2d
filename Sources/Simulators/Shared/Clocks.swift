#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The times a simulator reads.
enum Clocks {
  /// Milliseconds since 1970 by the machine's clock, which may jump: what a node writes into its messages.
  static var wallMS: Int64 { read(CLOCK_REALTIME) }

  /// Milliseconds that never run backwards and go on while the machine sleeps: what a device counts paid time with.
  static var steadyMS: Int64 {
    #if os(Linux)
      read(CLOCK_BOOTTIME)
    #else
      read(CLOCK_MONOTONIC)
    #endif
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
