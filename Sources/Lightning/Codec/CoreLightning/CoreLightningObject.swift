package import Primitives

/// A JSON object of a node, read member by member; `null` counts as not there.
package struct CoreLightningObject: Sendable {
  /// The members in order.
  package let members: [JSONValue.Member]
  private let value: JSONValue

  /// - Throws: `.notObject` under the name `name`.
  package init(_ value: JSONValue, _ name: String) throws(CoreLightningRefusal) {
    guard let members = value.object else { throw .notObject(name) }
    self.value = value
    self.members = members
  }

  package subscript(_ key: String) -> JSONValue? {
    guard let member = value[key], !member.isNull else { return nil }
    return member
  }

  /// A text.
  package func text(_ key: String) throws(CoreLightningRefusal) -> String? {
    guard let member = self[key] else { return nil }
    guard let text = member.string else { throw .wrongType(key) }
    return text
  }

  /// A whole number from 0.
  package func number(_ key: String) throws(CoreLightningRefusal) -> UInt64? {
    guard let member = self[key] else { return nil }
    guard let number = member.uint64 else { throw .wrongType(key) }
    return number
  }

  /// A time, seconds since 1970.
  package func seconds(_ key: String) throws(CoreLightningRefusal) -> Int64? {
    guard let number = try number(key) else { return nil }
    guard let seconds = Int64(exactly: number) else { throw .wrongType(key) }
    return seconds
  }

  package func flag(_ key: String) throws(CoreLightningRefusal) -> Bool? {
    guard let member = self[key] else { return nil }
    guard let flag = member.bool else { throw .wrongType(key) }
    return flag
  }

  /// Thirty-two bytes in hexadecimal.
  package func hash(_ key: String) throws(CoreLightningRefusal) -> Bytes32? {
    guard let text = try text(key) else { return nil }
    do { return try Hex.bytes32(text) } catch { throw .badHash(key) }
  }

  /// An amount, millisatoshi; where there is none under `key`, the one under the name that old nodes used.
  package func msat(_ key: String, before older: String? = nil) throws(CoreLightningRefusal) -> UInt64? {
    if let member = self[key] { return try CoreLightningMsat.read(member, key) }
    guard let older, let member = self[older] else { return nil }
    return try CoreLightningMsat.read(member, older)
  }

  /// A list of objects.
  package func objects(_ key: String) throws(CoreLightningRefusal) -> [CoreLightningObject] {
    guard let member = self[key] else { throw .missing(key) }
    guard let elements = member.array else { throw .wrongType(key) }
    var objects: [CoreLightningObject] = []
    objects.reserveCapacity(elements.count)
    for element in elements { objects.append(try CoreLightningObject(element, key)) }
    return objects
  }

  /// What the node warns of, by the names of the members (`warning_…`): advice, never a failure.
  package var warnings: [CoreLightningWarning] {
    members.filter { $0.key.hasPrefix("warning_") }.map {
      CoreLightningWarning(name: $0.key, text: NodeWords.clean($0.value.string ?? $0.key))
    }
  }
}

/// Something a node warns of while it does what it was asked.
///
/// `warning_deadends` comes with every invoice of a node that has one peer, and payments work: show it, do not refuse
/// for it.
package struct CoreLightningWarning: Hashable, Sendable {
  /// Its member, such as `warning_capacity`, `warning_deadends`, `warning_offline` or `warning_lightningd_sync`.
  package let name: String
  /// The node's words, at most 200 characters.
  package let text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

extension Optional {
  /// The value of a member that must be there.
  func orMissing(_ name: String) throws(CoreLightningRefusal) -> Wrapped {
    guard let self else { throw .missing(name) }
    return self
  }
}
