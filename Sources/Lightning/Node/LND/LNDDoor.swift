import NIOHTTP1
import Primitives

/// Calls to an LND node's REST door, with our key.
struct LNDDoor: Sendable {
  let http: NodeHTTP
  let key: LNDKey

  /// Asks, and reads the answer.
  ///
  /// - Throws: `Trouble`.
  func ask<Answer>(
    _ method: HTTPMethod = .GET,
    _ path: String,
    body: [UInt8]? = nil,
    _ read: ([UInt8]) throws(LNDRefusal) -> Answer
  ) async throws(Trouble) -> Answer {
    let reply: NodeHTTP.Reply
    do throws(NodeFailure) {
      reply = try await http.send(try call(method, path, body))
    } catch {
      throw .failure(error)
    }
    guard reply.status == 200 else { throw trouble(reply, path) }
    do throws(LNDRefusal) {
      return try read(reply.body)
    } catch {
      throw .failure(.garbled("LND answers \(error.words) to \(Self.plain(path))"))
    }
  }

  /// Why there is no answer.
  enum Trouble: Error {
    /// There is no invoice with that hash.
    case unknownInvoice
    /// There is one with that hash already.
    case invoiceExists
    case failure(NodeFailure)

    /// For calls that ask for no such thing.
    var failure: NodeFailure {
      switch self {
      case .unknownInvoice: .garbled("LND speaks of an unknown invoice where we named none")
      case .invoiceExists: .garbled("LND speaks of another invoice where we made none")
      case .failure(let failure): failure
      }
    }
  }

  /// A call with our key.
  func call(_ method: HTTPMethod = .GET, _ path: String, _ body: [UInt8]? = nil) throws(NodeFailure) -> NodeHTTP.Call {
    var call = NodeHTTP.Call(path: path)
    call.method = method
    call.headers = [try key.header()]
    call.contentType = body == nil ? nil : "application/json"
    call.body = body
    return call
  }

  /// What an answer with another status than 200 says.
  func trouble(_ reply: NodeHTTP.Reply, _ path: String) -> Trouble {
    let error = LNDError(body: reply.body)
    switch error.kind {
    case .unknownInvoice: return .unknownInvoice
    case .invoiceExists: return .invoiceExists
    case .other where reply.status == 401 || reply.status == 403:
      return .failure(failure(LNDError(code: 16, message: error.message), path))
    case .other where reply.status == 404 || reply.status == 405 || reply.status == 501:
      return .failure(failure(LNDError(code: 12, message: error.message), path))
    case .other where (300..<400).contains(reply.status):
      return .failure(.refused("LND sends us elsewhere (HTTP \(reply.status)); correct its address"))
    default: return .failure(failure(error, path))
    }
  }

  /// Who must act on an error.
  func failure(_ error: LNDError, _ path: String) -> NodeFailure {
    let words = "LND says \"\(error.message)\" to \(Self.plain(path))"
    switch error.kind {
    case .notAllowed:
      key.forget()
      return .refused("\(words); \(key.file) must hold a macaroon of this node that allows it: \(LNDRights.recipe)")
    case .unknownCall, .badRequest: return .unsupported(words)
    case .notReady, .unknownInvoice, .invoiceExists, .other: return .away(words)
    }
  }

  /// The path without its query, and without the hash at its end.
  private static func plain(_ path: String) -> String {
    let path = path.prefix { $0 != "?" }
    let parts = path.split(separator: "/").filter { $0.utf8.count < 40 }
    return "/" + parts.joined(separator: "/")
  }
}
