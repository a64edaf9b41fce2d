import Lightning
import NIOCore
import Primitives

/// The toy Lightning node itself: its books, those who wait for something in them, what is wrong with it.
///
/// Lives on one event loop.
///
/// ```
/// a door, the control endpoint ─▶ change ─▶ the books ─▶ the file ─▶ waiters, streams
/// ```
/// As on a real node a payment is in the file before anybody hears of it.
final class ToyLightningNode {
  let eventLoop: any EventLoop
  let options: LightningSimulatorOptions
  let key: ToyNodeKey
  let macaroon: ToyMacaroon
  private(set) var books: ToyInvoiceBook
  var faults: LightningFaults
  /// Ways for money to come in now.
  var channels: [ToyChannel]
  var counts = LightningSimulatorCounts()
  /// Those who wait, by a number of their own.
  var waiters: [Int: CoreWaiter] = [:]
  var lastWaiter = 0
  /// LND's open streams, by a number of their own.
  var streams: [Int: ToyLNDStream] = [:]
  var lastStream = 0

  private let file: BookFile?
  private var expiry: Scheduled<Void>?
  private var caughtUpAtMS: Int64
  /// How far its clock is ahead of the machine's.
  private var clockAheadMS: Int64 = 0
  private var snapshots: [String: ToyInvoiceBook] = [:]

  /// - Throws: `BookFileRefusal`, or `LightningSimulatorError` for a network that is none.
  init(_ options: LightningSimulatorOptions, file: BookFile?, on eventLoop: any EventLoop) throws {
    guard let currency = LightningCurrency(network: options.network) else {
      throw LightningSimulatorError.badNetwork(options.network)
    }
    self.options = options
    self.eventLoop = eventLoop
    self.file = file
    faults = options.faults
    channels = options.channels
    let fresh = ToyInvoiceBook(seed: Self.seed(options.seed), height: options.height)
    books = try file?.read() ?? fresh
    key = try ToyNodeKey(books, currency: currency)
    macaroon = ToyMacaroon(permissions: options.macaroonPermissions, rootKey: books.secret("macaroon root key"))
    caughtUpAtMS = Clocks.wallMS + Int64(options.catchUpMS)
    publish(isChanged: true)
  }

  private static func seed(_ number: UInt64?) -> Bytes32 {
    var chance = SystemRandomNumberGenerator()
    let words = number.map { [$0] } ?? [chance.next(), chance.next(), chance.next(), chance.next()]
    return SHA256.hash(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } })
  }

  var nowMS: Int64 { Clocks.wallMS + clockAheadMS }
  var nowS: Int64 { nowMS / 1000 }

  /// Whether it still reads the chain after its start.
  var isCatchingUp: Bool { nowMS < caughtUpAtMS }
  /// The height it tells; right after a start it goes back for a while.
  var tellableHeight: UInt32 { isCatchingUp ? books.height - min(books.height, 30) : books.height }

  /// Changes the books, writes them, and tells everybody who waits.
  @discardableResult
  func change<Result>(_ body: (inout ToyInvoiceBook) throws(BookRefusal) -> Result) throws(BookRefusal) -> Result {
    books.expire(nowMS: nowMS)
    defer { publish(isChanged: false) }
    return try body(&books)
  }

  /// Looks into the books, after what is past its time has been marked.
  func look<Result>(_ body: (ToyInvoiceBook) -> Result) -> Result {
    books.expire(nowMS: nowMS)
    publish(isChanged: false)
    return body(books)
  }

  private func publish(isChanged: Bool) {
    let events = books.takeEvents()
    if isChanged || !events.isEmpty { keep() }
    for event in events {
      if event.kind == .paid { counts.payments += 1 }
      wake(event)
      stream(event)
    }
    planExpiry()
  }

  /// Writes the books to their file.
  func keep() {
    do { try file?.write(books) } catch { counts.fileFailures += 1 }
  }

  private func planExpiry() {
    expiry?.cancel()
    expiry = nil
    guard books.nextExpiryS < .max else { return }
    let delayMS = max(
      5,
      min(books.nextExpiryS.multipliedReportingOverflow(by: 1000).partialValue - nowMS + 5, 3_600_000)
    )
    expiry = eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(delayMS)) { [weak self] in
      self?.look { _ in }
    }
  }
}

// MARK: Orders

extension ToyLightningNode {
  /// What a process that is killed and started again forgets: everybody who waited.
  func restart(catchUpMS: Int? = nil) {
    dropWaiters()
    caughtUpAtMS = nowMS + Int64(catchUpMS ?? options.catchUpMS)
  }

  /// Puts its clock ahead, so that invoices expire without anybody waiting for it.
  func forward(seconds: Int64) {
    clockAheadMS += seconds * 1000
    look { _ in }
  }

  func stop() {
    dropWaiters()
    expiry?.cancel()
  }

  private func dropWaiters() {
    for waiter in waiters.values { waiter.timeout?.cancel() }
    waiters = [:]
    for stream in streams.values { stream.connection.breakOff() }
    streams = [:]
  }

  /// Keeps a copy of the books under a name, at most 16.
  func takeSnapshot(_ name: String) -> Bool {
    guard snapshots.count < 16 || snapshots[name] != nil else { return false }
    snapshots[name] = books
    return true
  }

  /// Puts a copy of the books back; false where there is none of that name.
  func rollBack(to name: String) -> Bool {
    guard let old = snapshots[name] else { return false }
    books.rollBack(to: old)
    keep()
    restart()
    return true
  }

  /// Lets the chain grow.
  func mine(_ blocks: UInt32) {
    books.mine(blocks)
    publish(isChanged: true)
  }
}
