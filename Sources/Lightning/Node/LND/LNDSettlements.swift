import NIOHTTP1
import Primitives

/// The settlements of a node one after the other, over one stream that stays open between two calls.
///
/// ## On failure
/// Nothing is kept here: the caller's cursor says where to go on, and a stream opened with it brings everything after.
actor LNDSettlements {
  /// A stream that was silent for so long is replaced: it may be dead without our being told.
  let silenceMS: Int64
  static let mostTold = 256
  /// Without a first cursor nothing is brought again, so the pages are looked at this often.
  static let firstLookMS: Int64 = 3_000

  private let door: LNDDoor
  private let pages: LNDPages
  private var stream: LNDStream?
  private var heardAt = ContinuousClock.now
  /// The place in the order of settling up to which was told.
  private var position: UInt64 = 0
  /// The last that were told, for lines that come twice or after their time.
  private var told: [Bytes32] = []
  /// Found by looking into a gap, and what came behind it.
  private var ahead: [LNDInvoice] = []
  private var isWaiting = false

  init(door: LNDDoor, pages: LNDPages, silenceMS: Int64) {
    self.silenceMS = silenceMS
    self.door = door
    self.pages = pages
  }

  /// The first settlement after `cursor`; nil where none came in time.
  ///
  /// One that has no place in the order is told once, when it happens, with no cursor.
  func next(after cursor: UInt64, seconds: Int) async throws(NodeFailure) -> NodeInvoice? {
    guard !isWaiting else { throw .away("somebody else waits for LND's payments") }
    isWaiting = true
    defer { isWaiting = false }
    if cursor != position { drop() }
    do throws(NodeFailure) {
      position = cursor
      let found = try await wait(.now + .seconds(min(max(seconds, 0), 60)))
      guard let found else { return nil }
      if found.settleIndex > 0 { position = found.settleIndex }
      told.append(found.hash)
      if told.count > Self.mostTold { told.removeFirst() }
      // A stream without a cursor brings nothing again, so one with the first cursor takes its place.
      if cursor == 0 { drop() }
      return found.nodeInvoice
    } catch {
      drop()
      throw error
    }
  }

  private func drop() {
    stream = nil
    ahead = []
  }

  private func open() -> LNDStream {
    if let stream, heardAt.duration(to: .now) < .milliseconds(silenceMS) { return stream }
    let fresh = LNDStream(LNDPath.settlements(after: position), door: door)
    stream = fresh
    heardAt = .now
    return fresh
  }

  private func wait(_ deadline: ContinuousClock.Instant) async throws(NodeFailure) -> LNDInvoice? {
    if !ahead.isEmpty { return ahead.removeFirst() }
    var spokenOf: LNDInvoice?
    while !Task.isCancelled {
      let stream = open()
      if position == 0 {
        // A line may tell of the second payment where the first came before the stream was open.
        if let first = try await pages.settled(after: 0, most: 1).settled.first { return first }
        if let spokenOf { return spokenOf }
      }
      let left = max(0, ContinuousClock.now.duration(to: deadline).milliseconds)
      let quiet = position == 0 ? Self.firstLookMS : silenceMS
      switch await stream.pipe.next(withinMS: min(left, quiet)) {
      case .event(let invoice):
        heardAt = .now
        guard let found = try await judged(invoice) else { continue }
        guard position == 0, found.settleIndex > 0 else { return found }
        spokenOf = found
      case .silent: if ContinuousClock.now >= deadline { return nil }
      case .ended(let failure): throw failure
      }
    }
    return nil
  }

  /// What a line means: nil where it tells of no settlement, or of one that was told.
  private func judged(_ invoice: LNDInvoice) async throws(NodeFailure) -> LNDInvoice? {
    guard invoice.state == .settled else { return nil }
    let invoice = invoice.settleIndex == 0 ? try await numbered(invoice) : invoice
    guard let invoice, invoice.settleIndex > 0 else { return invoice }
    guard invoice.settleIndex > position else {
      if told.contains(invoice.hash) { return nil }
      throw .rewound(
        "LND tells of payment \(invoice.settleIndex) although \(position) was told before: it was exchanged or rolled back"
      )
    }
    guard position > 0, invoice.settleIndex > position + 1 else { return invoice }
    // Numbers are missing. Mostly there are no such payments, but a stream has lost some before.
    let missed = try await pages.settled(after: position, most: 1_000).settled
    ahead = missed.filter { $0.settleIndex < invoice.settleIndex } + [invoice]
    return ahead.removeFirst()
  }

  /// A settlement that came without a number, looked up for it; nil where it is none, or was told.
  private func numbered(_ invoice: LNDInvoice) async throws(NodeFailure) -> LNDInvoice? {
    let found: LNDInvoice
    do throws(LNDDoor.Trouble) {
      found = try await door.ask(.GET, LNDPath.invoice(invoice.hash)) { bytes throws(LNDRefusal) in
        try LNDInvoice(try LNDJSON.object(bytes))
      }
    } catch {
      if case .unknownInvoice = error { return nil }
      throw error.failure
    }
    guard found.state == .settled else { return nil }
    return found.settleIndex == 0 || found.settleIndex > position ? found : nil
  }
}

extension Duration {
  /// Whole milliseconds.
  fileprivate var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
