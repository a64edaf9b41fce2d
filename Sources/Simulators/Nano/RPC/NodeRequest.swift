import Coinslot
import Nano
import Primitives

/// What a node says instead of an answer.
struct NodeError: Error, Hashable {
  let text: String

  static let badJSON = NodeError(text: "Unable to parse JSON")
  static let tooDeep = NodeError(text: "Max JSON depth exceeded")
  static let unknownCommand = NodeError(text: "Unknown command")
  static let controlDisabled = NodeError(text: "RPC control is disabled")
  static let blockNotFound = NodeError(text: "Block not found")
  static let invalidBlockHash = NodeError(text: "Invalid block hash")
  static let badHashNumber = NodeError(text: "Bad hash number")
  static let invalidBlock = NodeError(text: "Block is invalid")
  static let accountNotFound = NodeError(text: "Account not found")
  static let badAccount = NodeError(text: "Bad account number")
  static let badThreshold = NodeError(text: "Bad threshold number")
  static let invalidCount = NodeError(text: "Invalid count")
  static let invalidOffset = NodeError(text: "Invalid offset")
  static let empty = NodeError(text: "Empty response")
}

/// A request to a node's RPC, its members read the way a node reads them.
struct NodeRequest {
  let tree: PropertyTree

  /// - Throws: `.badJSON`, `.tooDeep`.
  init(_ body: [UInt8]) throws(NodeError) {
    do throws(JSONRefusal) { tree = try PropertyTree(parsing: body) } catch {
      throw error.reason == .tooDeep ? .tooDeep : .badJSON
    }
  }

  /// A text that must be there; a node calls its absence bad JSON.
  func text(_ key: String) throws(NodeError) -> String {
    guard let text = tree[key]?.text else { throw .badJSON }
    return text
  }

  /// The texts of a list that must be there.
  func list(_ key: String) throws(NodeError) -> [String] {
    guard let list = tree[key] else { throw .badJSON }
    return list.children.map { $0.text ?? "" }
  }

  /// A yes or no, `false` unless told otherwise.
  func truth(_ key: String, _ absent: Bool = false) -> Bool { tree[key]?.truth ?? absent }

  func account() throws(NodeError) -> Bytes32 { try NodeRequest.account(text("account")) }

  static func account(_ text: String) throws(NodeError) -> Bytes32 {
    guard let key = try? NanoAddress.decode(text) else { throw .badAccount }
    return key
  }

  func hash() throws(NodeError) -> Bytes32 {
    guard let hash = NodeRequest.hash(try text("hash")) else { throw .invalidBlockHash }
    return hash
  }

  /// A hash in up to 64 digits of either case, zeros left out in front as a node allows; nil for anything else.
  static func hash(_ text: String) -> Bytes32? {
    let digits = Array(text.utf8)
    guard (1...64).contains(digits.count) else { return nil }
    return try? Hex.bytes32((Array(repeating: 0x30, count: 64 - digits.count) + digits).span)
  }

  /// A count that must be there and be above zero.
  func count() throws(NodeError) -> Int {
    let count = try NodeRequest.number(text("count"), .invalidCount)
    guard count > 0 else { throw .invalidCount }
    return count
  }

  func optionalCount() throws(NodeError) -> Int {
    guard let text = tree["count"]?.text else { return .max }
    return try NodeRequest.number(text, .invalidCount)
  }

  func offset() throws(NodeError) -> Int {
    guard let text = tree["offset"]?.text else { return 0 }
    return try NodeRequest.number(text, .invalidOffset)
  }

  func threshold() throws(NodeError) -> Amount {
    guard let text = tree["threshold"]?.text else { return .zero }
    guard let units = DecimalDigits.uint128(Array(text.utf8).span) else { throw .badThreshold }
    return Amount(units)
  }

  private static func number(_ text: String, _ refusal: NodeError) throws(NodeError) -> Int {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let number = UInt64(text) else { throw refusal }
    return Int(clamping: number)
  }
}
