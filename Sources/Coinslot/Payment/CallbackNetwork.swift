public import Primitives

/// A network whose node posts to us: the cheap look at every body, and the full look at those that matter.
public protocol CallbackNetwork: Sendable {
  /// Whose money a posted body may be, without believing or verifying anything; nil where it moves none.
  ///
  /// The hot path: called for every block of the whole network, allocates nothing worth mentioning.
  ///
  /// - Throws: `CallbackRefusal` where the body is not a callback at all.
  func destination(of body: Span<UInt8>) throws(CallbackRefusal) -> Bytes32?
  /// Whether a slot waits for money at this key.
  func isWatched(_ key: Bytes32) -> Bool
  /// Verifies hash and signature and gives what watchers and the till may know; nil where it is no transfer.
  ///
  /// - Throws: `CallbackRefusal` where anything in it does not fit.
  func read(_ body: Span<UInt8>, heardAtMS: Int64) throws(CallbackRefusal) -> HeardTransfer?
  /// The key that an old client's address text names; nil where it is no address of this network.
  func key(of address: Span<UInt8>) -> Bytes32?
  /// Listens also for these keys on the node's own socket, for watchers without a slot; replaces the set before.
  func watchAlso(_ keys: Set<Bytes32>)
}

/// A transfer whose hash and signature hold; its amount and finality are the speaker's word.
public struct HeardTransfer: Sendable {
  /// Whose money it becomes.
  public let destination: Bytes32
  /// The hint for the till.
  public let sighting: Sighting
  /// What the speaker said it moves.
  public let amount: Amount
  /// The text an old client expects, ready to be framed.
  public let frame: [UInt8]
  /// Whether the slots want to hear of it: no crumb below the least amount worth hearing of.
  public let isHint: Bool

  /// A transfer heard.
  public init(destination: Bytes32, sighting: Sighting, amount: Amount, frame: [UInt8], isHint: Bool = true) {
    self.isHint = isHint
    self.destination = destination
    self.sighting = sighting
    self.amount = amount
    self.frame = frame
  }
}

/// Why a posted body is no callback; the sentence goes back to whoever posted it.
public struct CallbackRefusal: Error, Hashable, Sendable {
  /// A stable word such as `bad_json` or `bad_signature`.
  public let code: String
  /// What is wrong.
  public let detail: String

  /// A refusal.
  public init(code: String, detail: String) {
    self.code = code
    self.detail = detail
  }
}

/// Where verified transfers are told to those who only watch.
///
/// Implemented by the gateway; networks that hear a transfer elsewhere than in a callback tell it here too.
public protocol WatcherFeed: Sendable {
  /// Tells everybody who waits for this destination, each once per payment.
  func tell(_ transfer: HeardTransfer)
}
