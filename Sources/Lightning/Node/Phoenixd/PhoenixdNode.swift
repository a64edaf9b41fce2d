package import AsyncHTTPClient
import Cryptography
package import Primitives
import Synchronization

/// A phoenixd.
///
/// It counts in whole satoshi. The cursor is the moment of payment in milliseconds; where a paid invoice that
/// `nextPaid` gives has none, its time lies shortly before the cursor: admit it by its hash, and keep the cursor.
///
/// ## On failure
/// Nothing is kept here; every call may be repeated. Two askers for an invoice of the same label at the same moment
/// may get two, since phoenixd does not keep labels apart.
package final class PhoenixdNode: LightningNode {
  /// Most payments that are looked at for the next one; more than that come in a minute nowhere.
  private static let aroundLimit = 10_000

  private let settings: PhoenixdSettings
  private let door: PhoenixdDoor
  private let pages: PhoenixdPages
  private let news = Mutex<PhoenixdNews?>(nil)
  private let overlap = Mutex(PhoenixdOverlap())

  /// A node; nothing is asked yet.
  ///
  /// `client` is one of `NodeHTTP.client()`.
  package init(_ settings: PhoenixdSettings, client: HTTPClient) {
    self.settings = settings
    let http = NodeHTTP(
      name: "phoenixd",
      endpoint: settings.endpoint,
      certificateFile: settings.certificateFile,
      client: client
    )
    door = PhoenixdDoor(http: http, passwordFile: settings.passwordFile)
    pages = PhoenixdPages(door: door)
  }

  /// What our password allows.
  package enum Rights: Hashable, Sendable {
    /// `http-password-limited-access`: as it should be.
    case limited
    /// `http-password`: it can spend.
    case full
    /// The node's answer tells neither.
    case unknown
  }

  /// What our password allows, asked for with an order to pay nothing that only the full password may even give.
  package func rights() async throws(NodeFailure) -> Rights {
    let reply = try await door.send(PhoenixdPath.pay, form: [])
    switch reply.status {
    case 401, 403:
      // The same answer as for a wrong password; that one may not even read.
      _ = try await facts()
      return .limited
    case 400: return .full
    default: return .unknown
    }
  }

  package func facts() async throws(NodeFailure) -> NodeFacts {
    try await ask(PhoenixdPath.info) { bytes throws(PhoenixdRefusal) in try PhoenixdInfo(decoding: bytes).facts }
  }

  package func makeInvoice(_ wish: InvoiceWish) async throws(NodeFailure) -> NodeInvoice {
    if let msat = wish.msat, msat % 1_000 != 0 {
      throw .unsupported("phoenixd takes whole satoshi only, and \(msat) millisatoshi are none: change the price")
    }
    if case .text(let text) = wish.description, text.utf16.count > PhoenixdCreateInvoice.maxDescription {
      throw .unsupported("phoenixd takes descriptions of at most \(PhoenixdCreateInvoice.maxDescription) characters")
    }
    if let known = try await made(wish) { return known }
    let request = PhoenixdCreateInvoice(
      sat: wish.msat.map { $0 / 1_000 },
      description: wish.description,
      expirySeconds: wish.expirySeconds,
      externalID: wish.label
    )
    let created = try await ask(PhoenixdPath.create, form: request.body) { bytes throws(PhoenixdRefusal) in
      try PhoenixdCreated(decoding: bytes)
    }
    guard var invoice = try await invoice(paying: created.hash) else {
      throw .away("phoenixd does not know an invoice that it has just made")
    }
    invoice.label = wish.label
    invoice.description = wish.description.whole
    return invoice
  }

  package func invoice(paying hash: Bytes32) async throws(NodeFailure) -> NodeInvoice? {
    do throws(PhoenixdDoor.Trouble) {
      let found = try await door.ask(PhoenixdPath.payment(hash)) { bytes throws(PhoenixdRefusal) in
        try PhoenixdPayment(decoding: bytes)
      }
      guard found.hash == hash else { throw .failure(.garbled("phoenixd answers with another invoice than asked for")) }
      return found.nodeInvoice
    } catch {
      if case .unknown = error { return nil }
      throw error.failure
    }
  }

  package func paid(after cursor: UInt64, most: Int) async throws(NodeFailure) -> [NodeInvoice] {
    try await pages.paid(after: cursor, most: most)
  }

  package func nextPaid(after cursor: UInt64, seconds: Int) async throws(NodeFailure) -> NodeInvoice? {
    let news = listening()
    let deadline = ContinuousClock.now + .seconds(min(max(seconds, 0), 60))
    while !Task.isCancelled {
      let around = try await pages.paid(after: PhoenixdOverlap.start(for: cursor), most: Self.aroundLimit)
      if let next = overlap.withLock({ $0.next(after: cursor, of: around) }) { return next }
      let left = ContinuousClock.now.duration(to: deadline).components
      let leftMS = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000
      guard leftMS > 0 else { return nil }
      await news.wait(atMostMS: leftMS)
    }
    return nil
  }

  package func newestCursor() async throws(NodeFailure) -> UInt64 { try await pages.newest() }
}

extension PhoenixdNode {
  private func ask<Answer>(
    _ path: String,
    form: [UInt8]? = nil,
    _ read: ([UInt8]) throws(PhoenixdRefusal) -> Answer
  ) async throws(NodeFailure) -> Answer {
    do throws(PhoenixdDoor.Trouble) {
      return try await door.ask(path, form: form, read)
    } catch {
      throw error.failure
    }
  }

  private func listening() -> PhoenixdNews {
    news.withLock { news in
      if let news { return news }
      let fresh = PhoenixdNews(settings, door: door)
      news = fresh
      return fresh
    }
  }

  /// The invoice that was made for a label already.
  private func made(_ wish: InvoiceWish) async throws(NodeFailure) -> NodeInvoice? {
    let found = try await ask(PhoenixdPath.made(for: wish.label)) { bytes throws(PhoenixdRefusal) in
      try PhoenixdPayment.list(decoding: bytes).payments
    }
    guard let payment = found.first(where: { $0.externalID == wish.label }) else { return nil }
    var invoice = payment.nodeInvoice
    guard invoice.askedMsat == wish.msat, Self.isSame(payment, wish.description) else {
      throw .conflict("the invoice with label \(wish.label) exists at phoenixd with another amount or text")
    }
    invoice.description = wish.description.whole
    return invoice
  }

  private static func isSame(_ payment: PhoenixdPayment, _ description: InvoiceWish.Description) -> Bool {
    switch description {
    case .text(let text): payment.description == text
    case .hashed(let text):
      payment.text.flatMap { try? Bolt11Invoice($0) }?.description == .hash(Sodium.SHA256.hash(Array(text.utf8)))
    }
  }
}
