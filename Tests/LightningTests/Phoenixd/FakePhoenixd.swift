import Cryptography
import Foundation
import Lightning
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Sockets
import Synchronization
import TestKit

/// A phoenixd of a test's own: a table of payments, and what it makes of it.
final class FakePhoenixd: PlainHTTPService {
  static let password = "limited"

  struct Row: Sendable {
    let preimage: Bytes32
    var label: String?
    var sat: UInt64? = 21
    var description: String? = "honk"
    var text = "lnbcrt1"
    var completedAtMS: Int64?
    var subType = "lightning"

    init(_ number: UInt64, paidAtMS: Int64? = nil) {
      preimage = Bytes32(words: 7, 7, 7, number)
      completedAtMS = paidAtMS
    }

    var hash: Bytes32 { Preimage.hash(preimage) }

    var json: JSONValue {
      var members: [JSONValue.Member] = [
        .init("type", "incoming_payment"), .init("subType", .string(subType)),
        .init("paymentHash", .string(hash.hex())),
        .init("preimage", .string(preimage.hex())), .init("invoice", .string(text)),
        .init("isPaid", .bool(completedAtMS != nil)),
        .init("receivedSat", .number(completedAtMS == nil ? 0 : sat ?? 1)),
        .init("createdAt", 1), .init("fees", 0), .init("expiresAt", 1_790_000_120_000),
      ]
      if let label { members.append(.init("externalId", .string(label))) }
      if let sat { members.append(.init("requestedSat", .number(sat))) }
      if let description { members.append(.init("description", .string(description))) }
      if let completedAtMS { members.append(.init("completedAt", .number(completedAtMS))) }
      return .object(members)
    }
  }

  private struct State {
    var rows: [Row] = []
    var asked: [String] = []
    var sockets: [WebSocketHandle] = []
    var override: (status: Int, body: String)?
  }
  private let state = Mutex(State())
  /// The answer of routes that only the full password opens.
  let spendStatus: Mutex<Int> = Mutex(401)

  var rows: [Row] { state.withLock { $0.rows } }
  /// Methods and paths that were asked for so far.
  var asked: [String] { state.withLock { $0.asked } }
  /// How many sockets are or were open.
  var sockets: Int { state.withLock { $0.sockets.count } }

  func add(_ rows: Row...) { state.withLock { $0.rows += rows } }
  func answerAlways(_ status: Int, _ body: String) { state.withLock { $0.override = (status, body) } }

  /// Says that a payment came.
  func notify(_ row: Row) {
    let text = #"{"type":"payment_received","amountSat":\#(row.sat ?? 1),"paymentHash":"\#(row.hash.hex())"}"#
    for socket in state.withLock({ $0.sockets }) { socket.send(WebSocketFrames.text(ByteBuffer(string: text))) }
  }

  func dropSockets() { for socket in state.withLock({ $0.sockets }) { socket.drop() } }

  func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision {
    guard head.path == "/websocket", isAllowed(head) else { return .notWebSocket }
    return .accept { Ear(self) }
  }

  func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
    guard isAllowed(head) else { return .reply(.text(.unauthorized, "Invalid authentication")) }
    let override = state.withLock { state in
      state.asked.append("\(head.method) \(head.target)")
      return state.override
    }
    if let override { return .reply(.text(.init(statusCode: override.status), override.body)) }
    let query = Self.fields(head.query ?? "")
    switch (head.method, head.path) {
    case (.GET, "/getinfo"): return .reply(.json(.ok, Self.info.utf8))
    case (.POST, "/createinvoice"): return .reply(create(Self.fields(String(buffer: body))))
    case (.POST, "/payinvoice"):
      return .reply(.text(.init(statusCode: spendStatus.withLock { $0 }), "missing parameter invoice"))
    case (.GET, "/payments/incoming"): return .reply(.json(.ok, JSONValue.array(list(query)).bytes()))
    case (.GET, let path) where path.hasPrefix("/payments/incoming/"):
      guard let row = rows.first(where: { path.hasSuffix($0.hash.hex()) }) else { break }
      return .reply(.json(.ok, row.json.bytes()))
    default: break
    }
    return .reply(.text(.notFound, "Unknown endpoint (check api doc)"))
  }

  private func isAllowed(_ head: RequestHead) -> Bool {
    head.first("authorization") == "Basic " + Sodium.Base64.encode(Array(":\(Self.password)".utf8))
  }

  private func create(_ form: [String: String]) -> PlainHTTPReply {
    guard (form["description"] == nil) != (form["descriptionHash"] == nil) else {
      return .text(.badRequest, "Must provide either a description or descriptionHash")
    }
    let row: Row = state.withLock { state in
      var row = Row(UInt64(state.rows.count) + 100)
      row.label = form["externalId"]
      row.sat = form["amountSat"].flatMap(UInt64.init)
      row.description = form["description"]
      state.rows.append(row)
      return row
    }
    let answer: JSONValue = ["paymentHash": .string(row.hash.hex()), "serialized": .string(row.text)]
    return .json(.ok, answer.bytes())
  }

  /// What was received, the newest first; with `all` what was made.
  private func list(_ query: [String: String]) -> [JSONValue] {
    let from = query["from"].flatMap(Int64.init) ?? 0
    let skip = query["offset"].flatMap(Int.init) ?? 0
    let most = query["limit"].flatMap(Int.init) ?? 20
    let found = rows.filter { row in
      if let label = query["externalId"], row.label != label { return false }
      return query["all"] == "true" || (row.completedAtMS ?? -1) >= from
    }
    return found.sorted { ($0.completedAtMS ?? 0) > ($1.completedAtMS ?? 0) }.dropFirst(skip).prefix(most).map(\.json)
  }

  private static let info =
    #"{"nodeId":"03\#(String(repeating: "cd", count: 32))","channels":[{"state":"Normal"}],"chain":"mainnet","#
    + #""blockHeight":800,"version":"0.7.2-abc"}"#

  private static func fields(_ text: String) -> [String: String] {
    let items = URLComponents(string: "/?" + text)?.queryItems ?? []
    return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
  }

  private final class Ear: WebSocketConnectionHandler {
    private let phoenixd: FakePhoenixd
    init(_ phoenixd: FakePhoenixd) { self.phoenixd = phoenixd }
    func opened(_ connection: WebSocketConnection) {
      guard let handle = connection.handle else { return }
      phoenixd.state.withLock { $0.sockets.append(handle) }
    }
    func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {}
    func binary(_ bytes: ByteBuffer, on connection: WebSocketConnection) {}
    func pong(_ payload: ByteBuffer, on connection: WebSocketConnection) {}
    func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) {}
  }

  /// Runs something with a phoenixd and our client of it.
  static func with(
    password: String = FakePhoenixd.password,
    _ body: (PhoenixdNode, FakePhoenixd, Folder) async throws -> Void
  ) async throws {
    let folder = try Folder()
    try folder.write(password + "\n", "password")
    let phoenixd = FakePhoenixd()
    let listener = try await Listener.serve(phoenixd, on: ["127.0.0.1:0"], group: MultiThreadedEventLoopGroup.singleton)
    let result: Result<Void, any Error>
    do {
      try await withNodeClient { client in
        let settings = PhoenixdSettings(
          endpoint: try Endpoint(parsing: "http://127.0.0.1:\(listener.ports[0])"),
          passwordFile: "\(folder.path)/password"
        )
        try await body(PhoenixdNode(settings, client: client), phoenixd, folder)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await listener.close(graceMS: 0)
    try result.get()
  }
}
