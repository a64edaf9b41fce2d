package import AsyncHTTPClient
import NIOHTTP1
import Primitives

/// One store of a BTCPay Server over its Greenfield API.
///
/// ## On failure
/// Nothing is kept here; every call may be repeated. The key file is read at each call.
package struct BTCPayClient: Sendable {
  /// Most invoices a list gives.
  package static let maxRows = 1_000

  let settings: BTCPaySettings
  private let http: NodeHTTP

  /// A store; nothing is asked yet.
  ///
  /// `client` is one of `NodeHTTP.client()`.
  package init(_ settings: BTCPaySettings, client: HTTPClient) {
    self.settings = settings
    http = NodeHTTP(
      name: "BTCPay Server",
      endpoint: settings.endpoint,
      certificateFile: settings.certificateFile,
      client: client
    )
  }

  /// Makes an invoice; where one for this order exists that can still be paid or was, gives that one.
  ///
  /// - Throws: `.conflict` where that one asks for another amount.
  package func make(_ wish: BTCPayWish) async throws(NodeFailure) -> BTCPayInvoice {
    let known = try await list(BTCPayQuery(orderID: wish.orderID)).first {
      $0.orderID == wish.orderID && $0.verdict != .never
    }
    if let known {
      guard known.currency == "SATS", known.askedMsat == wish.msat else {
        throw .conflict("an invoice for order \(wish.orderID) exists at BTCPay Server with another amount")
      }
      return known
    }
    return try await ask(.POST, "", body: wish.body) { value throws(BTCPayRefusal) in try BTCPayInvoice(value) }
  }

  /// The invoice with an id; nil where this store has none.
  package func invoice(_ id: String) async throws(NodeFailure) -> BTCPayInvoice? {
    do throws(Trouble) {
      let found = try await reply(.GET, "/\(QueryText.escaped(id))")
      let invoice = try read(found) { value throws(BTCPayRefusal) in try BTCPayInvoice(value) }
      return invoice.storeID == settings.store ? invoice : nil
    } catch {
      if case .unknown = error { return nil }
      throw error.failure(settings)
    }
  }

  /// Invoices in the server's order, the newest first, at most `maxRows`.
  package func list(_ query: BTCPayQuery) async throws(NodeFailure) -> [BTCPayInvoice] {
    try await ask(.GET, "?" + query.text) { value throws(BTCPayRefusal) in
      guard let rows = value.array else { throw .badMember("invoices") }
      var invoices: [BTCPayInvoice] = []
      for row in rows.prefix(Self.maxRows) { invoices.append(try BTCPayInvoice(row)) }
      return invoices
    }
  }

  /// The payments on an invoice; empty where the store has no such invoice.
  package func payments(on id: String) async throws(NodeFailure) -> [BTCPayPayment] {
    do throws(Trouble) {
      let found = try await reply(.GET, "/\(QueryText.escaped(id))/payment-methods")
      do throws(BTCPayRefusal) {
        return try BTCPayPayment.list(decoding: found)
      } catch {
        throw .failure(.garbled("BTCPay Server answers \(error.words)"))
      }
    } catch {
      if case .unknown = error { return [] }
      throw error.failure(settings)
    }
  }
}

extension BTCPayClient {
  private enum Trouble: Error {
    /// HTTP 404.
    case unknown
    case failure(NodeFailure)

    func failure(_ settings: BTCPaySettings) -> NodeFailure {
      switch self {
      case .unknown: .refused("BTCPay Server has no store \(settings.store), or not at this address; correct the store")
      case .failure(let failure): failure
      }
    }
  }

  private func ask<Answer>(
    _ method: HTTPMethod,
    _ tail: String,
    body: [UInt8]? = nil,
    _ decode: (JSONValue) throws(BTCPayRefusal) -> Answer
  ) async throws(NodeFailure) -> Answer {
    do throws(Trouble) {
      return try read(try await reply(method, tail, body: body), decode)
    } catch {
      throw error.failure(settings)
    }
  }

  private func read<Answer>(
    _ bytes: [UInt8],
    _ decode: (JSONValue) throws(BTCPayRefusal) -> Answer
  ) throws(Trouble) -> Answer {
    do throws(BTCPayRefusal) {
      guard let value = try? JSONValue(parsing: bytes) else { throw BTCPayRefusal.notJSON }
      return try decode(value)
    } catch {
      throw .failure(.garbled("BTCPay Server answers \(error.words)"))
    }
  }

  private func reply(_ method: HTTPMethod, _ tail: String, body: [UInt8]? = nil) async throws(Trouble) -> [UInt8] {
    let reply: NodeHTTP.Reply
    do throws(NodeFailure) {
      var call = NodeHTTP.Call(path: "/api/v1/stores/\(QueryText.escaped(settings.store))/invoices" + tail)
      call.method = method
      call.headers = [(name: "Authorization", value: "token \(try NodeFile.readSecretText(settings.keyFile))")]
      call.contentType = body == nil ? nil : "application/json"
      call.body = body
      reply = try await http.send(call)
    } catch {
      throw .failure(error)
    }
    let words = "BTCPay Server answers HTTP \(reply.status)" + Self.said(reply.body)
    switch reply.status {
    case 200..<300: return reply.body
    case 401, 403:
      throw .failure(
        .refused(
          "\(words); \(settings.keyFile) must hold a key of it with btcpay.store.cancreateinvoice and "
            + "btcpay.store.canviewinvoices for the store \(settings.store)"
        )
      )
    case 404: throw .unknown
    case 300..<400: throw .failure(.refused("\(words): it sends us elsewhere; correct its address"))
    case 408, 429, 500...: throw .failure(.away(words))
    default: throw .failure(.unsupported(words))
    }
  }

  private static func said(_ body: [UInt8]) -> String {
    guard let value = try? JSONValue(parsing: body) else { return "" }
    let words = value["message"]?.string ?? value[0]?["message"]?.string
    return words.map { ": \"\(NodeWords.clean($0))\"" } ?? ""
  }
}

/// Which invoices of a store.
package struct BTCPayQuery: Hashable, Sendable {
  package var status: BTCPayInvoice.Status?
  /// Made at this moment or later, wall-clock seconds.
  package var fromS: Int64?
  /// Made at this moment or before, wall-clock seconds.
  package var toS: Int64?
  package var orderID: String?
  package var skip: Int
  package var take: Int

  package init(
    status: BTCPayInvoice.Status? = nil,
    fromS: Int64? = nil,
    toS: Int64? = nil,
    orderID: String? = nil,
    skip: Int = 0,
    take: Int = 100
  ) {
    self.status = status
    self.fromS = fromS
    self.toS = toS
    self.orderID = orderID
    self.skip = skip
    self.take = take
  }

  /// As it goes behind the `?`.
  package var text: String {
    var fields: [(name: String, value: String)] = []
    if let status { fields.append(("status", status.rawValue)) }
    if let fromS { fields.append(("startDate", String(fromS))) }
    if let toS { fields.append(("endDate", String(toS))) }
    if let orderID { fields.append(("orderId", orderID)) }
    if skip > 0 { fields.append(("skip", String(skip))) }
    fields.append(("take", String(min(max(take, 1), BTCPayClient.maxRows))))
    return QueryText.form(fields)
  }
}
