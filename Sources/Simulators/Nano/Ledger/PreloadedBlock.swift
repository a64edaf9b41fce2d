public import Coinslot
public import Nano
public import Primitives

/// A real block from a file, for the toy node to serve as if it had always known it.
///
/// The file is JSON: an array of blocks, or an object with such an array under `blocks`, or a node's reply to
/// `blocks_info`. Each element is a block as a node prints it, or an object around one under `block` or `contents`
/// (itself an object or a text) with any of: `hash`, `amount` or `published_amount` (raw), `subtype` or
/// `published_subtype`, `account`, `owner` or `block_account`, `height`, `local_timestamp`, `successor` (a hash), and
/// `predecessor` or `previous_block`, a block that is then served too.
///
/// Signatures are not checked: whoever asks the node has to, and a file may hold bad ones on purpose.
public struct PreloadedBlock: Sendable {
  /// The block.
  public let block: Block
  /// Whose chain it is in, where the block or the file says so.
  public let account: Bytes32?
  /// How much it moves, where the file says so.
  public let amount: Amount?
  /// What it does, where the file says so.
  public let subtype: Subtype?
  /// Its place in its chain, where the file says so.
  public let height: UInt64?
  /// When the node is to have put it in, in seconds since 1970, where the file says so.
  public let localTimestampS: Int64?
  /// The block that is to be told as the one after it, where the file says so.
  public let successor: Bytes32?

  /// A block with what is to be said of it.
  public init(
    _ block: Block,
    account: Bytes32? = nil,
    amount: Amount? = nil,
    subtype: Subtype? = nil,
    height: UInt64? = nil,
    localTimestampS: Int64? = nil,
    successor: Bytes32? = nil
  ) {
    self.block = block
    self.account = block.account ?? account
    self.amount = amount
    self.subtype = subtype
    self.height = height
    self.localTimestampS = localTimestampS
    self.successor = successor
  }

  /// The blocks of a file.
  ///
  /// - Throws: `PreloadRefusal` with the place of the first element that is not as described.
  public static func read(_ text: [UInt8]) throws(PreloadRefusal) -> [PreloadedBlock] {
    let value: JSONValue
    do throws(JSONRefusal) { value = try JSONValue(parsing: text, maxDepth: 64) } catch {
      throw PreloadRefusal(index: 0, reason: .notJSON(at: error.offset))
    }
    return try read(value)
  }

  /// The blocks of a JSON value.
  ///
  /// - Throws: As `read(_:)` over bytes.
  public static func read(_ value: JSONValue) throws(PreloadRefusal) -> [PreloadedBlock] {
    let list = value["blocks"] ?? value
    guard let elements = list.array ?? list.object?.map(\.value) else {
      throw PreloadRefusal(index: 0, reason: .notAList)
    }
    var blocks: [PreloadedBlock] = []
    for (index, element) in elements.enumerated() {
      do throws(PreloadRefusal.Reason) { blocks += try read(element: element) } catch {
        throw PreloadRefusal(index: index, reason: error)
      }
    }
    return blocks
  }

  private static func read(element: JSONValue) throws(PreloadRefusal.Reason) -> [PreloadedBlock] {
    guard element.object != nil else { throw .notAnObject }
    let wrapped = first(element, ["block", "contents"])
    let block = try block(wrapped ?? element)
    if let hash = element["hash"]?.string, hash.uppercased() != block.hash.hex(uppercase: true) { throw .hashMismatch }
    let account = try first(element, ["account", "owner", "block_account"]).map(account(_:))
    let before = try first(element, ["predecessor", "previous_block"]).map(block(_:))
    if let before, before.hash != block.previous { throw .notThePredecessor }
    let preloaded = PreloadedBlock(
      block,
      account: account,
      amount: try number(element, ["amount", "published_amount"]).map(Amount.init),
      subtype: first(element, ["subtype", "published_subtype"])?.string.flatMap(Subtype.init(known:)),
      height: try number(element, ["height"]).map { UInt64(clamping: $0) },
      localTimestampS: try number(element, ["local_timestamp"]).map { Int64(clamping: $0) },
      successor: try first(element, ["successor"]).map(hash(_:))
    )
    return (before.map { [PreloadedBlock($0, account: preloaded.account)] } ?? []) + [preloaded]
  }

  private static func first(_ element: JSONValue, _ keys: [String]) -> JSONValue? {
    keys.lazy.compactMap { element[$0] }.first { !$0.isNull }
  }

  private static func block(_ value: JSONValue) throws(PreloadRefusal.Reason) -> Block {
    do throws(NanoRefusal) { return try SpokenBlock(value).block } catch { throw .badBlock(error) }
  }

  private static func account(_ value: JSONValue) throws(PreloadRefusal.Reason) -> Bytes32 {
    guard let text = value.string, let key = try? NanoAddress.decode(text) else { throw .badAccount }
    return key
  }

  private static func hash(_ value: JSONValue) throws(PreloadRefusal.Reason) -> Bytes32 {
    guard let text = value.string, let hash = try? Hex.bytes32(text) else { throw .badHash }
    return hash
  }

  private static func number(_ element: JSONValue, _ keys: [String]) throws(PreloadRefusal.Reason) -> UInt128? {
    guard let value = first(element, keys) else { return nil }
    guard let text = value.string ?? value.number, let number = DecimalDigits.uint128(Array(text.utf8).span) else {
      throw .badNumber
    }
    return number
  }
}

/// Why a file of blocks cannot be served.
public struct PreloadRefusal: Error, Hashable, Sendable {
  /// The element, from 0.
  public let index: Int
  /// What is wrong with it.
  public let reason: Reason

  /// What can be wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// The file is not JSON, noticed at this byte.
    case notJSON(at: Int)
    /// Neither an array nor an object of blocks.
    case notAList
    /// An element is no object.
    case notAnObject
    /// An element holds no block.
    case badBlock(NanoRefusal)
    /// The block does not hash to the `hash` beside it.
    case hashMismatch
    /// The block beside it is not the one it follows.
    case notThePredecessor
    /// The account beside it is none.
    case badAccount
    /// A hash beside it is none.
    case badHash
    /// A number beside it is none.
    case badNumber
    /// The ledger keeps no more blocks.
    case full
  }
}

extension Subtype {
  /// The subtype of a word; nil for a word no node writes.
  init?(known word: String) {
    switch word {
    case "send": self = .send
    case "receive", "open": self = .receive
    case "change": self = .change
    case "epoch": self = .epoch
    default: return nil
    }
  }
}
