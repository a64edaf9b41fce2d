public import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Primitives

/// Questions to our own node over HTTP.
///
/// Each has 10 seconds and an answer of at most 8 MiB; more than that is no answer.
public struct NanoRPC: Sendable {
  static let timeoutSeconds: Int64 = 10
  static let answerLimit = 8 << 20

  private let url: String
  private let client: HTTPClient

  /// Questions to the node at `url`.
  public init(url: String, client: HTTPClient) {
    self.url = url
    self.client = client
  }

  /// Asks one question.
  ///
  /// - Throws: `NodeFailure`.
  public func ask<Action: RPCAction>(_ action: Action) async throws(NodeFailure) -> Action.Reply {
    let body = try await post(action.body)
    do {
      return try action.reply(decoding: body.span)
    } catch {
      switch error {
      case .error(let refusal): throw .refused(refusal)
      case .unreadable(let why): throw .unreadable(why)
      }
    }
  }

  /// Asks with a newer name and, where the node does not know it, with the older one.
  ///
  /// - Throws: `NodeFailure`.
  func ask<Action: RPCAction>(_ newer: Action, orOlder older: Action) async throws(NodeFailure) -> Action.Reply {
    do {
      return try await ask(newer)
    } catch {
      guard case .refused(.unknownCommand) = error else { throw error }
      return try await ask(older)
    }
  }

  private func post(_ body: [UInt8]) async throws(NodeFailure) -> [UInt8] {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(body)
    do {
      let response = try await client.execute(request, timeout: .seconds(Self.timeoutSeconds))
      guard response.status == .ok else { throw NodeFailure.unreachable("it answers HTTP \(response.status.code)") }
      return Array(buffer: try await response.body.collect(upTo: Self.answerLimit))
    } catch let failure as NodeFailure {
      throw failure
    } catch is NIOTooManyBytesError {
      throw .unreachable("its answer is larger than \(Self.answerLimit >> 20) MiB")
    } catch {
      // The error's words, not its values: a URL may hold a password.
      throw .unreachable(Self.words(for: error))
    }
  }

  private static func words(for error: any Error) -> String {
    switch error {
    case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded:
      "no answer within \(timeoutSeconds) s"
    case let error as HTTPClientError: "\(error.shortDescription)"
    case is CancellationError: "we are stopping"
    default: "connection failed (\(type(of: error)))"
    }
  }
}

/// Why the node gave no usable answer.
public enum NodeFailure: Error, Hashable, Sendable {
  /// It cannot be reached, or answers too late or too much.
  case unreachable(String)
  /// It said no.
  case refused(RPCError)
  /// What it said is not an answer to the question.
  case unreadable(NanoRefusal)

  /// A sentence for the operator.
  public var words: String {
    switch self {
    case .unreachable(let why): "the node cannot be asked: \(why)"
    case .refused(let why): "the node refuses: \(why)"
    case .unreadable(let why): "the node's answer makes no sense: \(why)"
    }
  }
}
