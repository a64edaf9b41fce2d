import Cryptography
import Lightning
import NIOCore
import NIOHTTP1
import Primitives

// LND's REST: who may ask what, and how it is answered.

extension ToyLightningNode {
  /// Answers a request to LND's REST.
  func answerLND(_ request: ToyHTTPRequest, _ connection: ToyHTTPConnection) {
    counts.lndRequests += 1
    do throws(ToyLNDError) {
      let route = try ToyLNDRoute(request)
      try admit(request, to: route)
      if let stream = try subscription(route, request) {
        if faults.silent { return }
        return open(stream.wish, on: connection, backlog: stream.backlog)
      }
      deliver(200, try answer(route, request), connection)
    } catch {
      deliver(error.status, error.json, connection)
    }
  }

  private func deliver(_ status: Int, _ json: JSONValue, _ connection: ToyHTTPConnection) {
    guard !faults.silent else { return }
    let body = faults.garbage ? Array("\u{1}garbage}{".utf8) : json.bytes()
    let bytes = ToyHTTPConnection.bytes(status, headers: [("Content-Type", "application/json")], body: body)
    guard faults.lateMS > 0 else { return write(bytes, connection) }
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(faults.lateMS))) { [weak self] in
      self?.write(bytes, connection)
    }
  }

  private func write(_ bytes: [UInt8], _ connection: ToyHTTPConnection) {
    guard faults.halfReplies else {
      send(bytes, connection)
      return connection.answer([])
    }
    connection.write(bytes.prefix(bytes.count - bytes.count / 4))
    connection.breakOff()
  }

  private func admit(_ request: ToyHTTPRequest, to route: ToyLNDRoute) throws(ToyLNDError) {
    let shown = request.headers["Grpc-Metadata-macaroon"]
    guard shown.count == 1 else { throw .unknown("expected 1 macaroon, got \(shown.count)") }
    guard let bytes = try? Hex.decode(shown[0]) else { throw .unknown("cannot decode macaroon: invalid hex") }
    guard equalInConstantTime(bytes, macaroon.bytes) else {
      throw .unknown("verification failed: signature mismatch after caveat verification")
    }
    guard macaroon.allows(route.permission) else { throw .unknown("permission denied") }
  }

  private func answer(_ route: ToyLNDRoute, _ request: ToyHTTPRequest) throws(ToyLNDError) -> JSONValue {
    switch route {
    case .info: return info
    case .add: return try addInvoice(request)
    case .list: return try list(request)
    case .lookUp(let hash): return try lookUp(hash).lnd(faults)
    case .addHold: return try addHoldInvoice(request)
    case .settle: return try settleInvoice(request)
    case .cancel: return try cancelInvoice(request)
    case .subscribe, .subscribeOne: throw .unknown("not a stream")
    }
  }

  private func subscription(
    _ route: ToyLNDRoute,
    _ request: ToyHTTPRequest
  ) throws(ToyLNDError) -> (wish: ToyLNDStream.Wish, backlog: [ToyInvoice])? {
    switch route {
    case .subscribeOne(let hash): return (.one(hash), look { $0.invoice(hash: hash).map { [$0] } ?? [] })
    case .subscribe:
      let added = try request.number("add_index")
      let settled = try request.number("settle_index")
      // Zero means no backlog, in both; so the very first one can never be asked for.
      return (
        .all,
        look { books in
          (added > 0 ? books.page(created: added + 1, most: .max) : [])
            + (settled > 0 ? books.paid(after: settled) : [])
        }
      )
    default: return nil
    }
  }

  private var info: JSONValue {
    let height = tellableHeight
    return [
      "version": "0.19.3-beta commit=toy", "commit_hash": "", "identity_pubkey": .string(key.id),
      "alias": .string(options.alias), "color": .string("#\(key.id.prefix(6))"), "num_pending_channels": 0,
      "num_active_channels": .number(channels.count), "num_inactive_channels": 0,
      "num_peers": .number(channels.isEmpty ? 0 : 1), "block_height": .number(height), "block_hash": "",
      "best_header_timestamp": .string(String(nowS)), "synced_to_chain": .bool(!isCatchingUp), "synced_to_graph": true,
      "testnet": .bool(options.network.hasPrefix("testnet")),
      "chains": [["chain": "bitcoin", "network": .string(options.network == "bitcoin" ? "mainnet" : options.network)]],
      "uris": [], "features": .object([]), "require_htlc_interceptor": false,
      "store_final_htlc_resolutions": false,
    ]
  }
}

/// What LND's REST can be asked.
enum ToyLNDRoute: Equatable {
  case info, add, list, subscribe, addHold, settle, cancel
  case lookUp(Bytes32), subscribeOne(Bytes32)

  init(_ request: ToyHTTPRequest) throws(ToyLNDError) {
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    switch (request.method, parts) {
    case (.GET, ["v1", "getinfo"]): self = .info
    case (.POST, ["v1", "invoices"]): self = .add
    case (.GET, ["v1", "invoices"]): self = .list
    case (.GET, ["v1", "invoices", "subscribe"]): self = .subscribe
    case (.POST, ["v2", "invoices", "hodl"]): self = .addHold
    case (.POST, ["v2", "invoices", "settle"]): self = .settle
    case (.POST, ["v2", "invoices", "cancel"]): self = .cancel
    case (.GET, _) where parts.count == 3 && parts.prefix(2) == ["v1", "invoice"]:
      guard let hash = try? Hex.bytes32(parts[2]) else { throw .invalid("unable to decode r_hash_str: \(parts[2])") }
      self = .lookUp(hash)
    case (.GET, _) where parts.count >= 4 && parts.prefix(3) == ["v2", "invoices", "subscribe"]:
      // The hash is base 64, whose standard form has slashes.
      guard let hash = Self.base64(parts.dropFirst(3).joined(separator: "/")) else {
        throw .invalid("illegal base64 data")
      }
      self = .subscribeOne(hash)
    default: throw .notFound("Not Found")
    }
  }

  var permission: String {
    switch self {
    case .info: "info:read"
    case .add, .addHold, .settle, .cancel: "invoices:write"
    case .list, .lookUp, .subscribe, .subscribeOne: "invoices:read"
    }
  }

  /// 32 bytes in either alphabet.
  static func base64(_ text: String) -> Bytes32? { bytes(base64: text).flatMap { Bytes32($0) } }

  /// Bytes in either alphabet.
  static func bytes(base64 text: String) -> [UInt8]? {
    let bytes = Array(text.utf8)
    if let standard = try? Sodium.Base64.decode(bytes.span) { return standard }
    // The URL alphabet, with or without what fills the last group.
    var standard = bytes.map { $0 == 0x2d ? 0x2b : $0 == 0x5f ? 0x2f : $0 }
    while standard.count % 4 != 0 { standard.append(0x3d) }
    return try? Sodium.Base64.decode(standard.span)
  }
}

extension ToyHTTPRequest {
  /// A number in the query; 0 where there is none, as in Protocol Buffers.
  func number(_ key: String) throws(ToyLNDError) -> UInt64 {
    guard let text = query[key], !text.isEmpty else { return 0 }
    guard let number = UInt64(text) else { throw .invalid("parsing field \"\(key)\": strconv.ParseUint") }
    return number
  }
}
