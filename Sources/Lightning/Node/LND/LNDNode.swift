package import AsyncHTTPClient
import Cryptography
import NIOHTTP1
package import Primitives
import Synchronization

/// An LND node over its REST door.
///
/// LND keeps no labels: an invoice is found again by its payment hash, which follows from label and key. Where a paid
/// invoice has no cursor, the node gave it no place in the order of payments: admit it by its hash, and keep the
/// cursor.
///
/// ## On failure
/// Nothing is kept here; every call may be repeated. A node that was rolled back sends nothing after a cursor it has
/// not reached again, so the caller asks for its last payment by hash after each time the node was away.
package final class LNDNode: LightningNode {
  let door: LNDDoor
  /// How many hold invoices are watched just now.
  let watched = Mutex(0)
  private let pages: LNDPages
  private let settlements: LNDSettlements

  /// A node; nothing is asked yet.
  ///
  /// `client` is one of `NodeHTTP.client()`.
  package convenience init(_ settings: LNDSettings, client: HTTPClient) {
    self.init(settings, client: client, silenceMS: 120_000)
  }

  /// A node whose stream is opened anew after so much silence.
  init(_ settings: LNDSettings, client: HTTPClient, silenceMS: Int64) {
    let http = NodeHTTP(
      name: "LND",
      endpoint: settings.endpoint,
      certificateFile: settings.certificateFile,
      client: client
    )
    door = LNDDoor(http: http, key: LNDKey(file: settings.macaroonFile, canSpend: settings.canSpend))
    pages = LNDPages(door)
    settlements = LNDSettlements(door: door, pages: pages, silenceMS: silenceMS)
  }

  /// What our key allows; reads its file, asks nobody.
  ///
  /// - Throws: `NodeFailure.refused` where there is no key in the file, or others may read it.
  package func rights() throws(NodeFailure) -> LNDRights { try door.key.rights() }

  package func facts() async throws(NodeFailure) -> NodeFacts {
    do throws(LNDDoor.Trouble) {
      return try await door.ask(.GET, LNDPath.info) { bytes throws(LNDRefusal) in try LNDInfo(decoding: bytes).facts }
    } catch {
      throw error.failure
    }
  }

  package func makeInvoice(_ wish: InvoiceWish) async throws(NodeFailure) -> NodeInvoice {
    let preimage = try door.key.preimage(for: wish.label)
    let hash = Sodium.SHA256.hash(preimage.bytes)
    let request = LNDAddInvoice(
      msat: wish.msat,
      description: wish.description,
      expirySeconds: wish.expirySeconds,
      preimage: preimage
    )
    try await add(LNDPath.invoices, request.body) { bytes throws(LNDRefusal) in
      guard try LNDAdded(decoding: bytes).hash == hash else { throw .badMember("r_hash") }
    }
    guard let made = try await look(hash) else { throw .away("LND does not know an invoice that it has just made") }
    try Self.compare(made, msat: wish.msat, wish.description, "the invoice with label \(wish.label)")
    var invoice = made.nodeInvoice
    invoice.label = wish.label
    invoice.description = wish.description.whole
    return invoice
  }

  package func invoice(paying hash: Bytes32) async throws(NodeFailure) -> NodeInvoice? {
    try await look(hash)?.nodeInvoice
  }

  package func paid(after cursor: UInt64, most: Int) async throws(NodeFailure) -> [NodeInvoice] {
    try await pages.settled(after: cursor, most: most).settled.map(\.nodeInvoice)
  }

  package func nextPaid(after cursor: UInt64, seconds: Int) async throws(NodeFailure) -> NodeInvoice? {
    try await settlements.next(after: cursor, seconds: seconds)
  }

  package func newestCursor() async throws(NodeFailure) -> UInt64 {
    try await pages.settled(after: .max, most: 0).newest
  }
}

extension LNDNode {
  /// The invoice with a hash; nil where the node does not know it.
  func look(_ hash: Bytes32) async throws(NodeFailure) -> LNDInvoice? {
    do throws(LNDDoor.Trouble) {
      let found = try await door.ask(.GET, LNDPath.invoice(hash)) { bytes throws(LNDRefusal) in
        try LNDInvoice(try LNDJSON.object(bytes))
      }
      guard found.hash == hash else { throw .failure(.garbled("LND answers with another invoice than asked for")) }
      return found
    } catch {
      if case .unknownInvoice = error { return nil }
      throw error.failure
    }
  }

  /// Asks for an invoice to be made; one that exists already is no failure.
  func add(
    _ path: String,
    _ body: [UInt8],
    _ check: ([UInt8]) throws(LNDRefusal) -> Void
  ) async throws(NodeFailure) {
    do throws(LNDDoor.Trouble) {
      try await door.ask(.POST, path, body: body, check)
    } catch {
      if case .invoiceExists = error { return }
      throw error.failure
    }
  }

  /// Whether an invoice is the one that we wished for.
  ///
  /// - Throws: `NodeFailure.conflict`.
  static func compare(
    _ made: LNDInvoice,
    msat: UInt64?,
    _ description: InvoiceWish.Description,
    _ name: String
  ) throws(NodeFailure) {
    let isSameText =
      switch description {
      case .text(let text): made.descriptionHash == nil && made.memo.utf8.elementsEqual(text.utf8)
      case .hashed(let text): made.descriptionHash == Sodium.SHA256.hash(Array(text.utf8))
      }
    guard made.valueMsat == msat ?? 0, isSameText else {
      throw .conflict("\(name) exists at LND with another amount or text")
    }
  }
}

extension InvoiceWish.Description {
  /// The text itself, hashed or not.
  var whole: String {
    switch self {
    case .text(let text), .hashed(let text): text
    }
  }
}
