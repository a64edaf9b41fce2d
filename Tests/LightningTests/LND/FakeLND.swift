import AsyncHTTPClient
import Cryptography
import Foundation
@testable import Lightning
import Primitives
import Sockets
import Synchronization
import TestKit
import Testing

/// An LND of a test's own behind a scripted door: a table of invoices, and what LND's rules make of it.
final class FakeLND: Sendable {
  struct Row: Sendable {
    let addIndex: UInt64
    var hash: Bytes32
    var preimage: Bytes32?
    var state = "OPEN"
    var settleIndex: UInt64 = 0
    var valueMsat: UInt64 = 21_000
    var paidMsat: UInt64 = 0
    var memo = ""
    var descriptionHash = ""
    var htlcs: [(state: String, msat: UInt64, expiry: UInt32)] = []

    /// The invoice that was made in this place.
    init(_ addIndex: UInt64) {
      self.addIndex = addIndex
      let preimage = Bytes32(words: 1, 2, 3, addIndex)
      self.preimage = preimage
      hash = Preimage.hash(preimage)
    }

    func settled(as index: UInt64) -> Row {
      var row = self
      (row.state, row.settleIndex, row.paidMsat) = ("SETTLED", index, valueMsat)
      return row
    }

    var json: String {
      let htlcs = htlcs.map {
        #"{"amt_msat":"\#($0.msat)","accept_height":700,"expiry_height":\#($0.expiry),"state":"\#($0.state)"}"#
      }
      let isTold = state == "SETTLED" || state == "OPEN"
      return #"{"memo":\#(JSONValue.string(memo).text()),"r_hash":"\#(LNDValue.base64(hash))","#
        + #""r_preimage":"\#(isTold ? preimage.map { LNDValue.base64($0) } ?? "" : "")","value_msat":"\#(valueMsat)","#
        + #""creation_date":"1790000000","settle_date":"\#(state == "SETTLED" ? "1790000005" : "0")","#
        + #""payment_request":"lnbcrt1\#(addIndex)","description_hash":"\#(descriptionHash)","expiry":"120","#
        + #""add_index":"\#(addIndex)","settle_index":"\#(settleIndex)","amt_paid_msat":"\#(paidMsat)","#
        + #""state":"\#(state)","htlcs":[\#(htlcs.joined(separator: ","))],"is_keysend":false,"newer":{"x":[1]}}"#
    }
    var line: String { #"{"result":\#(json)}"# + "\n" }
  }

  private struct Watch: Sendable {
    let answer: ScriptedDoor.Answer
    /// One invoice, or all.
    let hash: Bytes32?
    var hasHead: Bool
  }
  private struct State {
    var rows: [Row] = []
    var watches: [Watch] = []
  }

  let macaroon: [UInt8]
  private let state = Mutex(State())

  init(macaroon: [UInt8] = Baked.least) { self.macaroon = macaroon }

  var rows: [Row] { state.withLock { $0.rows } }
  /// How many streams were opened so far.
  var streams: Int { state.withLock { $0.watches.count } }

  /// Changes the table without saying so to anybody.
  func quietly(_ change: (inout [Row]) -> Void) { state.withLock { change(&$0.rows) } }

  /// So many rows, open, and those named settled.
  func fill(_ count: UInt64, settled: [UInt64: UInt64] = [:]) {
    quietly { rows in
      rows = (1...count).map { place in
        var row = Row(place)
        if let index = settled[place] { row = row.settled(as: index) }
        return row
      }
    }
  }

  /// Settles the invoice in a place, and says so.
  func settle(_ place: UInt64, as index: UInt64) {
    change(place) { $0 = $0.settled(as: index) }
  }

  /// Changes the invoice in a place, and says so.
  func change(_ place: UInt64, _ change: (inout Row) -> Void) {
    let row: Row? = state.withLock { state in
      guard let at = state.rows.firstIndex(where: { $0.addIndex == place }) else { return nil }
      change(&state.rows[at])
      return state.rows[at]
    }
    if let row { say(row) }
  }

  /// Says a line to whoever listens.
  func say(_ row: Row) { say(row.line) { $0 == nil || $0 == row.hash } }

  /// Says anything to whoever listens to everything.
  func say(_ text: String) { say(text) { $0 == nil } }

  private func say(_ text: String, _ to: (Bytes32?) -> Bool) {
    state.withLock { state in
      for at in state.watches.indices where to(state.watches[at].hash) {
        if !state.watches[at].hasHead { state.watches[at].answer.streamHead() }
        state.watches[at].hasHead = true
        state.watches[at].answer.chunk(text)
      }
    }
  }

  /// Breaks all streams off.
  func hangUp() {
    state.withLock { state in
      for watch in state.watches { watch.answer.close() }
    }
  }

  /// What LND answers.
  var script: ScriptedDoor.Script { { request, answer in self.answer(request, answer) } }

  private func answer(_ request: ScriptedDoor.Request, _ answer: ScriptedDoor.Answer) {
    guard request.headers["grpc-metadata-macaroon"] == Hex.encode(macaroon) else {
      return Self.error(answer, "verification failed: signature mismatch after caveat verification")
    }
    let body = (try? JSONValue(parsing: request.body)) ?? .null
    let last = request.path.split(separator: "/").last.map(String.init) ?? ""
    switch (request.method, request.path) {
    case ("GET", "/v1/getinfo"): answer.json(Self.info)
    case ("GET", "/v1/invoices"): page(request, answer)
    case ("GET", "/v1/invoices/subscribe"): subscribe(request, answer)
    case ("POST", "/v1/invoices"):
      let preimage = LNDValue.bytes32(body["r_preimage"])
      add(body, preimage.map { Preimage.hash($0) }, preimage, answer)
    case ("POST", "/v2/invoices/hodl"): add(body, LNDValue.bytes32(body["hash"]), nil, answer)
    case ("POST", "/v2/invoices/settle"): settle(body, answer)
    case ("POST", "/v2/invoices/cancel"): cancel(body, answer)
    case ("GET", let path) where path.hasPrefix("/v1/invoice/"):
      guard let hash = try? Hex.bytes32(last), let row = row(hash) else {
        return answer.json(#"{"code":5,"message":"unable to locate invoice","details":[]}"#, status: 404)
      }
      answer.json(row.json)
    case ("GET", let path) where path.hasPrefix("/v2/invoices/subscribe/"):
      guard let hash = Self.hash(inPath: last) else { return Self.error(answer, "illegal base64 data") }
      let row = row(hash)
      if let row {
        answer.streamHead()
        answer.chunk(row.line)
      }
      // One that nobody knows is waited for.
      state.withLock { $0.watches.append(Watch(answer: answer, hash: hash, hasHead: row != nil)) }
    default: answer.json(#"{"code":5,"message":"Not Found","details":[]}"#, status: 404)
    }
  }
}

extension FakeLND {
  static let info =
    #"{"identity_pubkey":"02\#(String(repeating: "ab", count: 32))","alias":"toy","version":"0.19.1-beta","#
    + #""block_height":800,"synced_to_chain":false,"num_active_channels":1,"#
    + #""chains":[{"chain":"bitcoin","network":"mainnet"}]}"#

  static func error(_ answer: ScriptedDoor.Answer, _ message: String) {
    answer.json(#"{"code":2,"message":\#(JSONValue.string(message).text()),"details":[]}"#, status: 500)
  }

  private static func hash(inPath text: String) -> Bytes32? {
    let characters = Array(text.utf8)
    return (try? Sodium.Base64.decode(characters.span, .url)).flatMap { Bytes32($0) }
  }

  private func row(_ hash: Bytes32) -> Row? { rows.first { $0.hash == hash } }

  private func page(_ request: ScriptedDoor.Request, _ answer: ScriptedDoor.Answer) {
    let offset = request.query("index_offset").flatMap(UInt64.init) ?? 0
    let most = request.query("num_max_invoices").flatMap(Int.init) ?? 100
    let found = rows.filter { $0.addIndex > offset }.prefix(most)
    answer.json(#"{"invoices":[\#(found.map(\.json).joined(separator: ","))],"last_index_offset":"0"}"#)
  }

  /// Nothing is sent, not even the head, until there is something to say.
  private func subscribe(_ request: ScriptedDoor.Request, _ answer: ScriptedDoor.Answer) {
    let cursor = request.query("settle_index").flatMap(UInt64.init) ?? 0
    let before = rows.filter { cursor > 0 && $0.settleIndex > cursor }.sorted { $0.settleIndex < $1.settleIndex }
    if !before.isEmpty {
      answer.streamHead()
      answer.chunk(before.map(\.line).joined())
    }
    state.withLock { $0.watches.append(Watch(answer: answer, hash: nil, hasHead: !before.isEmpty)) }
  }

  private func add(_ body: JSONValue, _ hash: Bytes32?, _ preimage: Bytes32?, _ answer: ScriptedDoor.Answer) {
    let row: Row? = state.withLock { state in
      var row = Row(UInt64(state.rows.count) + 1)
      if let hash { (row.hash, row.preimage) = (hash, preimage) }
      guard !state.rows.contains(where: { $0.hash == row.hash }) else { return nil }
      row.valueMsat = body["value_msat"]?.string.flatMap(UInt64.init) ?? 0
      row.memo = body["memo"]?.string ?? ""
      row.descriptionHash = body["description_hash"]?.string ?? ""
      state.rows.append(row)
      return row
    }
    guard let row else { return Self.error(answer, "invoice with payment hash already exists") }
    answer.json(
      #"{"r_hash":"\#(LNDValue.base64(row.hash))","payment_request":"lnbcrt1\#(row.addIndex)","add_index":"\#(row.addIndex)"}"#
    )
    say(row)
  }

  private func settle(_ body: JSONValue, _ answer: ScriptedDoor.Answer) {
    guard let preimage = LNDValue.bytes32(body["preimage"]), let row = row(Preimage.hash(preimage)) else {
      return Self.error(answer, "unable to locate invoice")
    }
    switch row.state {
    case "ACCEPTED":
      let next = (rows.map(\.settleIndex).max() ?? 0) + 1
      change(row.addIndex) {
        $0.preimage = preimage
        $0 = $0.settled(as: next)
      }
      answer.json("{}")
    case "OPEN": Self.error(answer, "invoice still open")
    case "SETTLED": Self.error(answer, "invoice already settled")
    default: Self.error(answer, "invoice already canceled")
    }
  }

  private func cancel(_ body: JSONValue, _ answer: ScriptedDoor.Answer) {
    guard let hash = LNDValue.bytes32(body["payment_hash"]), let row = row(hash) else {
      return Self.error(answer, "unable to locate invoice")
    }
    guard row.state != "SETTLED" else { return Self.error(answer, "invoice already settled") }
    change(row.addIndex) { $0.state = "CANCELED" }
    answer.json("{}")
  }
}

extension FakeLND {
  /// Our client of this node, the door between them, and the folder with the client's files.
  struct Town: Sendable {
    let node: LNDNode
    let lnd: FakeLND
    let door: ScriptedDoor
    let folder: Folder
  }

  /// Runs something with a node over TLS and our client of it.
  static func with(
    key: [UInt8] = Baked.least,
    keyMode: UInt32 = 0o600,
    canSpend: Bool = false,
    silenceMS: Int64 = 120_000,
    _ body: (Town) async throws -> Void
  ) async throws {
    let folder = try Folder()
    let files = try Certificates.write(into: folder.path)
    let tls = try ServerTLS(certificateFile: files.certificate, keyFile: files.key)
    try folder.write(Certificates.first, "tls.cert")
    let macaroon = URL(filePath: folder.path).appending(path: "coinslot.macaroon")
    try Data(key).write(to: macaroon)
    try FileManager.default.setAttributes([.posixPermissions: Int(keyMode)], ofItemAtPath: macaroon.path())
    let lnd = FakeLND(macaroon: key)
    try await ScriptedDoor.with(tls: tls, lnd.script) { door in
      try await withNodeClient { client in
        let settings = LNDSettings(
          endpoint: try Endpoint(parsing: "https://127.0.0.1:\(door.port)"),
          certificateFile: "\(folder.path)/tls.cert",
          macaroonFile: macaroon.path(),
          canSpend: canSpend
        )
        try await body(
          Town(node: LNDNode(settings, client: client, silenceMS: silenceMS), lnd: lnd, door: door, folder: folder)
        )
      }
    }
  }
}
