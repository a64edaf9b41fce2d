public import Primitives

/// One question to a node and how its answer is read.
///
/// A node answers HTTP 200 to everything; whether it refused is in the text.
public protocol RPCAction: Sendable {
  /// What the answer tells.
  associatedtype Reply: Sendable

  /// What is posted.
  var question: RPCQuestion { get }
  /// Reads an answer that is not an error.
  ///
  /// - Throws: `NanoRefusal` where it is not what such a node answers.
  func reply(from value: JSONValue) throws(NanoRefusal) -> Reply
}

extension RPCAction {
  /// The body to post.
  public var body: [UInt8] { question.bytes }

  /// Reads the body of an answer.
  ///
  /// - Throws: `RPCFailure.error` where the node refused, `.unreadable` where this is no answer to this question.
  public func reply(decoding body: Span<UInt8>) throws(RPCFailure) -> Reply {
    let value: JSONValue
    do { value = try JSONValue(readingNano: body) } catch { throw .unreadable(error) }
    if let error = value["error"] { throw .error(RPCError(error.string ?? "")) }
    guard value.object != nil else { throw .unreadable(.notObject) }
    do { return try reply(from: value) } catch { throw .unreadable(error) }
  }
}

/// Why there is no reply.
public enum RPCFailure: Error, Hashable, Sendable {
  /// The node said no.
  case error(RPCError)
  /// The answer is not one to this question.
  case unreadable(NanoRefusal)
}

/// A node's refusals, sorted by what to do about them.
public enum RPCError: Error, Hashable, Sendable {
  /// It has no such block, or pruned it: ask again later.
  case blockNotFound
  /// Not a hash.
  case invalidBlockHash
  /// The account was never opened: normal for one that only collects payments.
  case accountNotFound
  /// Not an account.
  case badAccount
  /// Not a count.
  case invalidCount
  /// The operator must set `enable_control` for this.
  case controlDisabled
  /// An older node: try the action's older name.
  case unknownCommand
  /// What we sent is not JSON.
  case unableToParse
  /// No such peer.
  case peerNotFound
  /// Something else, its first 200 characters.
  case other(String)

  init(_ text: String) {
    self =
      switch text {
      case "Block not found": .blockNotFound
      case "Invalid block hash": .invalidBlockHash
      case "Account not found": .accountNotFound
      case "Bad account number": .badAccount
      case "Invalid count", "Invalid count limit": .invalidCount
      case "RPC control is disabled": .controlDisabled
      case "Unknown command": .unknownCommand
      case "Unable to parse JSON": .unableToParse
      case "Peer not found": .peerNotFound
      default: .other(String(text.prefix(200)))
      }
  }
}
