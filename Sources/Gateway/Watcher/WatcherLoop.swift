import Coinslot
import NIOCore
import Primitives
import Sockets
import Synchronization

/// The clients of `/call` that live on one event loop, by the address they wait for.
///
/// Confined to its loop; others reach it through a `Handle`, in order, so payments of one address arrive in the order
/// they were told.
final class WatcherLoop {
  /// One who waits, and when it came, as a number.
  private struct Member {
    let link: WatcherLink
    let connection: WebSocketConnection
    let number: UInt64
  }

  /// A payment on its way to many.
  private struct Telling {
    let frame: ByteBuffer
    let members: [Member]
    var next = 0
  }

  private struct Group {
    /// Side by side, since a delivery walks them all; each link knows its place, so that it can leave at once.
    var members: [Member] = []
    var recent = RecentTellings()
    /// Payments that not everybody was sent yet who shall hear of them, oldest first.
    var line: [Telling] = []
  }

  private let eventLoop: any EventLoop
  private var groups: [Bytes32: Group] = [:]
  private var newest: UInt64 = 0

  /// So many are sent a frame before others on the loop have their turn.
  static let slice = 32
  /// The pause between two slices: a loop looks for what its sockets have only when nothing is due at once.
  static let pause = TimeAmount.microseconds(50)
  /// Payments of one address that may be on their way; with more, the oldest is sent before the loop does anything else.
  static let mostTellings = 16
  /// Up to so many are told before the node has its answer; more would keep it waiting.
  static let few = 16

  init(on eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  /// Whether no more than a few wait for the address.
  func isFew(for key: Bytes32) -> Bool { (groups[key]?.members.count ?? 0) <= WatcherLoop.few }

  /// Adds a client that is not there yet; true where it is the first for that address.
  func add(_ link: WatcherLink, _ connection: WebSocketConnection, for key: Bytes32) -> Bool {
    newest += 1
    let member = Member(link: link, connection: connection, number: newest)
    let place = groups[key]?.members.count ?? 0
    link.places[key] = place
    groups[key, default: Group()].members.append(member)
    return place == 0
  }

  /// Removes a client; true where it was the last for that address.
  func remove(_ link: WatcherLink, for key: Bytes32) -> Bool {
    guard let place = link.places.removeValue(forKey: key), let last = groups[key]?.members.popLast() else {
      return false
    }
    // The last one takes the place that is free.
    if last.link !== link {
      groups[key]?.members[place] = last
      last.link.places[key] = place
    }
    guard groups[key]?.members.isEmpty == true else { return false }
    groups[key] = nil
    return true
  }

  /// Sends a frame to all who wait for the address and have not had this payment; gives how many those are.
  ///
  /// Many are sent it in slices, so that a crowd at one address keeps nobody else waiting.
  func deliver(_ payment: PaymentID, to key: Bytes32, _ frame: ByteBuffer) -> Int {
    guard let before = groups[key]?.recent.tell(payment, upTo: newest), let group = groups[key] else { return 0 }
    // A copy, as a client that turns out too slow may leave meanwhile.
    let members = before == 0 ? group.members : group.members.filter { $0.number > before }
    guard members.count > WatcherLoop.slice || !group.line.isEmpty else {
      for member in members { member.connection.send(frame) }
      return members.count
    }
    groups[key]?.line.append(Telling(frame: frame, members: members))
    if group.line.isEmpty { goOn(telling: key) }
    while let waiting = groups[key]?.line.count, waiting > WatcherLoop.mostTellings { sendSlice(to: key) }
    return members.count
  }

  /// Sends a slice a turn until everybody who waits for the address was sent everything.
  private func goOn(telling key: Bytes32) {
    sendSlice(to: key)
    guard groups[key]?.line.isEmpty == false else { return }
    eventLoop.assumeIsolated().scheduleTask(in: WatcherLoop.pause) { self.goOn(telling: key) }
  }

  private func sendSlice(to key: Bytes32) {
    guard let telling = groups[key]?.line.first else { return }
    let end = min(telling.next + WatcherLoop.slice, telling.members.count)
    for member in telling.members[telling.next..<end] { member.connection.send(telling.frame) }
    if end == telling.members.count {
      groups[key]?.line.removeFirst()
    } else {
      groups[key]?.line[0].next = end
    }
  }

  /// What other threads may hold.
  struct Handle: Sendable {
    let eventLoop: any EventLoop
    private let loop: NIOLoopBound<WatcherLoop>
    private let backlog = Backlog()

    /// How much was handed over and has not run yet.
    private final class Backlog: Sendable {
      let count = Atomic<Int>(0)
    }

    /// To be made on the loop itself.
    init(_ loop: WatcherLoop, on eventLoop: any EventLoop) {
      self.eventLoop = eventLoop
      self.loop = NIOLoopBound(loop, eventLoop: eventLoop)
    }

    /// The loop's clients; only on the loop.
    var local: WatcherLoop { loop.value }

    /// Whether the caller is on the loop, few wait there for the address, and nothing handed over before has still to
    /// run: only then may it tell them at once.
    func isFree(for key: Bytes32) -> Bool {
      eventLoop.inEventLoop && backlog.count.load(ordering: .relaxed) == 0 && loop.value.isFew(for: key)
    }

    /// Runs `body` on the loop in a turn of its own, also where the caller is on it: order is kept that way.
    func run(_ body: @escaping @Sendable (WatcherLoop) -> Void) {
      backlog.count.add(1, ordering: .relaxed)
      eventLoop.execute {
        backlog.count.subtract(1, ordering: .relaxed)
        body(loop.value)
      }
    }
  }
}
