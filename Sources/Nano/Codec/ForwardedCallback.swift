public import Coinslot
public import Primitives

/// What a device of the older kind is told on `/call` when its account is paid: the node's callback on one line.
///
/// It holds the six members such devices know and no more, because the smallest of them have 1024 bytes for all of it.
/// Accounts are printed with `nano_`, the block as a string, whatever the source looked like.
public struct ForwardedCallback: Hashable, Sendable {
  /// Whose block it is: the payer.
  public let account: Bytes32
  /// The send.
  public let block: Block
  /// How much it pays.
  public let amount: Amount

  /// A notice of a send that pays a known amount.
  ///
  /// nil where the block cannot be a send, or the amount is zero: a device reads a missing or small amount in its own
  /// wild ways, so it is never told of one we do not know.
  public init?(account: Bytes32, block: Block, amount: Amount) {
    guard block.destination != nil, amount > .zero else { return nil }
    self.account = account
    self.block = block
    self.amount = amount
  }

  /// A notice from a callback; nil unless it speaks of a send and names an amount.
  public init?(_ callback: NanoCallback) {
    guard callback.claimsSend, let amount = callback.amount else { return nil }
    self.init(account: callback.account, block: callback.spoken.block, amount: amount)
  }

  /// A notice from a confirmation on the node's WebSocket; nil unless it holds a block, a send, and names an amount.
  public init?(_ confirmation: ConfirmationMessage) {
    guard confirmation.claimsSend, let spoken = confirmation.spoken, let amount = confirmation.amount else {
      return nil
    }
    self.init(account: confirmation.account, block: spoken.block, amount: amount)
  }

  /// The text to send.
  ///
  /// No text in it can hold `</`, so the escape which web pages need has nothing to do.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The text to send, as bytes.
  public var bytes: [UInt8] {
    var room: [UInt8] = []
    room.reserveCapacity(1_280)
    var writer = JSONWriter(style: .spaced, appendingTo: room)
    writer.beginObject()
    writer.member("account", account: account)
    writer.member("hash", hex: block.hash)
    writer.member("block", block.textBytes)
    writer.member("amount", decimal: amount)
    if case .state = block {
      writer.member("is_send", word: "true")
      writer.member("subtype", word: "send")
    }
    writer.endObject()
    return writer.bytes
  }
}
