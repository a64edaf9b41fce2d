import Coinslot
import Engine
import Logging
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much is free where a folder lies.
package struct FreeSpace: Hashable, Sendable {
  /// Bytes that this user can still write.
  package let free: Int64
  /// Bytes in all.
  package let total: Int64

  /// So much of so much.
  package init(free: Int64, total: Int64) {
    self.free = free
    self.total = total
  }

  /// Asks the file system; nil where it does not say.
  package init?(of folder: String) {
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0 else { return nil }
    let unit = UInt64(facts.f_frsize)
    free = Int64(clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: unit).partialValue)
    total = Int64(clamping: UInt64(facts.f_blocks).multipliedReportingOverflow(by: unit).partialValue)
  }
}

/// Stops sales before the disk is full, so that what is paid already can always be recorded.
final class DiskWatch: Sendable {
  static let everyMS: Int64 = 10_000
  /// How long nothing is sold after a commit found no room, whatever the file system says (it may be a quota).
  static let fullMS: Int64 = 600_000

  private let limits: Config.Disk
  private let look: @Sendable () -> FreeSpace?
  private let obstacles: Obstacles
  private let clock: any Clock
  private let plenty: @Sendable () async -> Void
  private let log: Logger
  private let fullAtMS: Mutex<Int64?> = Mutex(nil)

  /// A watch over the disk that `look` asks; `plenty` is called at each look with room to spare, where a reserve can be
  /// put back.
  init(
    limits: Config.Disk,
    obstacles: Obstacles,
    clock: any Clock,
    log: Logger,
    plenty: @escaping @Sendable () async -> Void,
    look: @escaping @Sendable () -> FreeSpace?
  ) {
    self.limits = limits
    self.obstacles = obstacles
    self.clock = clock
    self.log = log
    self.plenty = plenty
    self.look = look
  }

  /// Works until cancelled.
  func run() async {
    while !Task.isCancelled {
      await lookOnce()
      await clock.pause(forMS: Self.everyMS)
    }
  }

  /// Looks once: sales stop below the limit and go on a tenth above it, so that a disk at the limit does not open and
  /// close the shop by turns.
  func lookOnce() async {
    guard let space = look() else {
      if obstacles[.disk] == nil { log.warning("free space of the data folder is not known") }
      return
    }
    let least = limits.leastBytes(of: space.total)
    let wasIll = obstacles[.disk] != nil
    if space.free < least {
      obstacles[.disk] =
        "\(SizeText.rough(space.free)) are free where the data lies, \(SizeText.rough(least)) are needed; make room"
      if !wasIll {
        log.critical("disk is nearly full; nothing is sold", metadata: ["disk.free": "\(space.free)"])
      }
    } else if !wasIll || space.free >= least + least / 10, !isFull {
      obstacles[.disk] = nil
      if wasIll { log.notice("disk has room again", metadata: ["disk.free": "\(space.free)"]) }
      await plenty()
    }
  }

  /// A commit found no room: sales stop at once.
  func noteFull() {
    fullAtMS.withLock { $0 = clock.nowMS }
    obstacles[.disk] = "the disk or a quota is full where the data lies; make room"
  }

  private var isFull: Bool {
    fullAtMS.withLock { fullAtMS in
      guard let atMS = fullAtMS else { return false }
      if clock.nowMS - atMS >= Self.fullMS { fullAtMS = nil }
      return fullAtMS != nil
    }
  }
}
