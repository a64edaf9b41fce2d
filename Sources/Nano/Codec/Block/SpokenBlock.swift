public import Primitives

/// A block as somebody tells it: the signed fields, and beside them what nobody signed.
public struct SpokenBlock: Hashable, Sendable {
  /// What is signed.
  public let block: Block
  /// The key that `link_as_account` names, where it is given; unsigned.
  public let linkAsAccount: Bytes32?
  /// What the speaker says it does, where a message puts that inside the block; unsigned.
  public let subtype: Subtype?

  /// A block with what is said beside it, if anything.
  public init(block: Block, linkAsAccount: Bytes32? = nil, subtype: Subtype? = nil) {
    self.block = block
    self.linkAsAccount = linkAsAccount
    self.subtype = subtype
  }

  /// Whether `link_as_account`, where given, is what was signed.
  ///
  /// A program that reads it would be misled otherwise.
  public var isConsistent: Bool {
    guard let linkAsAccount, case .state(let block) = block else { return true }
    return linkAsAccount == block.link
  }

  /// The block, where nothing beside it contradicts it.
  ///
  /// - Throws: `.inconsistentLink`.
  public func consistent() throws(NanoRefusal) -> Block {
    guard isConsistent else { throw .inconsistentLink }
    return block
  }
}
