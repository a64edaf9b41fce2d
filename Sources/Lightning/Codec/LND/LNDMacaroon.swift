package import Primitives

/// A macaroon in its binary form (libmacaroons version 2), as far as it tells what it allows.
///
/// The identifier of one that LND baked holds its permissions in the clear, as a message of `bakery` version 3. Only
/// the node can tell whether it is genuine.
package struct LNDMacaroon: Sendable {
  /// What it allows; nil where it does not tell.
  package let permissions: Set<Permission>?
  /// Conditions under which it holds, in words, such as `time-before 2027-01-01T00:00:00Z`; at most 64.
  package let caveats: [String]

  /// One thing that a key allows.
  package struct Permission: Hashable, Sendable, Comparable {
    /// `invoices`, `offchain`, …; `uri` for a single call, which is then the action.
    package let entity: String
    /// `read`, `write`, `generate`.
    package let action: String

    package init(_ entity: String, _ action: String) {
      self.entity = entity
      self.action = action
    }

    package static func < (a: Permission, b: Permission) -> Bool { (a.entity, a.action) < (b.entity, b.action) }
  }

  /// Reads what the node's file holds.
  ///
  /// - Throws: `Refusal` for what is no such macaroon.
  package init(decoding bytes: [UInt8]) throws(Refusal) {
    var packets = Fields(bytes[...])
    guard packets.byte() == 2 else { throw .badPrefix }
    guard let header = packets.section(), let identifier = header[2], packets.sawEnd else {
      throw .badValue("no header of a macaroon")
    }
    var caveats: [String] = []
    while let caveat = packets.section(), !caveat.isEmpty {
      guard caveats.count < 64 else { throw .long(limit: 64, had: caveats.count + 1) }
      if let condition = caveat[2] { caveats.append(NodeWords.clean(Array(condition))) }
    }
    guard let signature = packets.section(), signature[6]?.count == 32 else { throw .badValue("no signature") }
    self.caveats = caveats
    permissions = Self.permissions(identifier)
  }

  /// A `MacaroonId`: nonce 1, storage 2, operations 3, each an entity 1 and actions 2.
  private static func permissions(_ identifier: ArraySlice<UInt8>) -> Set<Permission>? {
    guard identifier.first == 3 else { return nil }
    var message = Fields(identifier.dropFirst())
    var found: Set<Permission> = []
    while !message.isAtEnd {
      guard let (tag, value) = message.tagged() else { return nil }
      guard tag == 3 else { continue }
      var operation = Fields(value)
      var entity = ""
      var actions: [String] = []
      while !operation.isAtEnd {
        guard let (tag, value) = operation.tagged() else { return nil }
        let text = NodeWords.clean(Array(value))
        if tag == 1 { entity = text }
        if tag == 2 { actions.append(text) }
      }
      for action in actions { found.insert(Permission(entity, action)) }
      guard found.count <= 1_024 else { return nil }
    }
    return found.isEmpty ? nil : found
  }
}

/// Lengths, fields and sections, one after the other.
private struct Fields {
  private var rest: ArraySlice<UInt8>
  /// Whether the last section was ended by its mark.
  private(set) var sawEnd = false

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8? { rest.popFirst() }

  /// A number in groups of seven bits, the lowest first; below 2³².
  mutating func number() -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= Int(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  private mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// The fields up to the mark 0, by their type; nil where they are cut short.
  ///
  /// The signature at the end has no mark.
  mutating func section() -> [Int: ArraySlice<UInt8>]? {
    var fields: [Int: ArraySlice<UInt8>] = [:]
    sawEnd = false
    while let type = number() {
      guard type != 0 else {
        sawEnd = true
        return fields
      }
      guard let count = number(), let value = bytes(count) else { return nil }
      fields[type] = value
      if type == 6 { return fields }
    }
    return nil
  }

  /// A field of a message whose value is bytes; numbers are given as none.
  mutating func tagged() -> (tag: Int, value: ArraySlice<UInt8>)? {
    guard let key = number() else { return nil }
    switch key & 7 {
    case 0: return number().map { _ in (key >> 3, []) }
    case 2: return number().flatMap { bytes($0) }.map { (key >> 3, $0) }
    default: return nil
    }
  }
}
