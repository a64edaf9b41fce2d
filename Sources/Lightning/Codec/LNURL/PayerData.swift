import Primitives

/// What a service wants to know about who pays (LUD-18).
package struct PayerData: Hashable, Sendable {
  /// The fields it asks for, in order.
  package let fields: [Field]

  /// A field.
  package struct Field: Hashable, Sendable {
    /// Which.
    package let kind: Kind
    /// Whether nothing can be paid without it.
    package let isMandatory: Bool

    /// A field.
    package init(_ kind: Kind, isMandatory: Bool) {
      self.kind = kind
      self.isMandatory = isMandatory
    }
  }

  /// What can be asked for; logging in with a key on top of paying is not offered.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case name, pubkey, identifier, email
  }

  /// The longest answer that is read, bytes.
  package static let limit = 2_048

  /// What a service wants to know.
  package init(_ fields: [Field]) { self.fields = fields }

  /// Whether `text` is an answer to this: a JSON object with a text for each mandatory field, texts for the others.
  package func accepts(_ text: String) -> Bool {
    guard text.utf8.count <= PayerData.limit, let answer = try? JSONValue(parsing: text, maxDepth: 4),
      answer.object != nil
    else { return false }
    return fields.allSatisfy { field in
      switch answer[field.kind.rawValue] {
      case nil, .null: !field.isMandatory
      case .string(let value): !(field.isMandatory && value.isEmpty)
      default: false
      }
    }
  }

  /// The member `payerData` of the first answer.
  var json: JSONValue {
    .object(fields.map { .init($0.kind.rawValue, ["mandatory": .bool($0.isMandatory)]) })
  }

  /// Reads the member; fields that this side does not know are read over unless they are mandatory.
  init(reading value: JSONValue) throws(LNURLRefusal) {
    guard let members = value.object else { throw .badMember("payerData") }
    var fields: [Field] = []
    for member in members {
      guard let isMandatory = member.value["mandatory"]?.bool else { throw .badMember("payerData") }
      if let kind = Kind(rawValue: member.key) {
        fields.append(Field(kind, isMandatory: isMandatory))
      } else if isMandatory {
        throw .badMember("payerData")
      }
    }
    self.fields = fields
  }
}
