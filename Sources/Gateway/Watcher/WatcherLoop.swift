import Coinslot
import NIOCore
import Primitives

/// The clients of `/call` that live on one event loop, by the address they wait for.
///
/// Confined to its loop; others reach it through a `Handle`, in order, so payments of one address arrive in the order
/// they were told.
final class WatcherLoop {
  private struct Group {
    /// When each came, as a number.
    var since: [ObjectIdentifier: (link: WatcherLink, number: UInt64)] = [:]
    var recent = RecentTellings()
  }

  private var groups: [Bytes32: Group] = [:]
  private var newest: UInt64 = 0

  /// Adds a client that is not there yet; true where it is the first for that address.
  func add(_ link: WatcherLink, for key: Bytes32) -> Bool {
    newest += 1
    let isFirst = groups[key] == nil
    groups[key, default: Group()].since[ObjectIdentifier(link)] = (link, newest)
    return isFirst
  }

  /// Removes a client; true where it was the last for that address.
  func remove(_ link: WatcherLink, for key: Bytes32) -> Bool {
    guard groups[key]?.since.removeValue(forKey: ObjectIdentifier(link)) != nil, groups[key]?.since.isEmpty == true
    else { return false }
    groups[key] = nil
    return true
  }

  /// Sends a frame to all who wait for the address and have not had this payment; gives how many those are.
  func deliver(_ payment: PaymentID, to key: Bytes32, _ frame: ByteBuffer) -> Int {
    guard let before = groups[key]?.recent.tell(payment, upTo: newest), let group = groups[key] else { return 0 }
    var count = 0
    // A copy is walked, as a client that turns out too slow may leave meanwhile.
    for (link, number) in group.since.values where number > before {
      link.send(frame)
      count += 1
    }
    return count
  }

  /// What other threads may hold.
  struct Handle: Sendable {
    let eventLoop: any EventLoop
    private let loop: NIOLoopBound<WatcherLoop>

    /// To be made on the loop itself.
    init(_ loop: WatcherLoop, on eventLoop: any EventLoop) {
      self.eventLoop = eventLoop
      self.loop = NIOLoopBound(loop, eventLoop: eventLoop)
    }

    /// The loop's clients; only on the loop.
    var local: WatcherLoop { loop.value }

    /// Runs `body` on the loop in a turn of its own, also where the caller is on it: order is kept that way.
    func run(_ body: @escaping @Sendable (WatcherLoop) -> Void) { eventLoop.execute { body(loop.value) } }
  }
}
