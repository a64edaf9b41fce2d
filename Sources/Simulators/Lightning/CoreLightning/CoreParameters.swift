import Primitives

/// The parameters of one request, read in lightningd's own order, so that of two mistakes the same one is told.
struct CoreParameters {
  /// What a method takes.
  struct Parameter: Sendable {
    let name: String
    let kind: CoreKind
    let isRequired: Bool

    static func must(_ name: String, _ kind: CoreKind) -> Parameter {
      Parameter(name: name, kind: kind, isRequired: true)
    }

    static func may(_ name: String, _ kind: CoreKind) -> Parameter {
      Parameter(name: name, kind: kind, isRequired: false)
    }
  }

  private var values: [String: CoreValue] = [:]

  init(_ params: RawJSON, _ parameters: [Parameter]) throws(CoreError) {
    switch params {
    case .object(let members): try readNamed(members, parameters)
    case .array(let elements): try readPositional(elements, parameters)
    case .string, .primitive: throw .badParameters("Expected array or object for params")
    }
    for parameter in parameters where parameter.isRequired && values[parameter.name] == nil {
      throw .badParameters("missing required parameter: \(parameter.name)")
    }
  }

  private mutating func readNamed(_ members: [RawJSON.Member], _ parameters: [Parameter]) throws(CoreError) {
    for member in members {
      let name = String(decoding: member.key, as: UTF8.self)
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        throw .badParameters(
          "unknown parameter: \(name), this may be caused by a failure to autodetect key=value-style parameters. "
            + "Please try using the -k flag and explicit key=value pairs of parameters."
        )
      }
      guard values[name] == nil else { throw .badParameters("duplicate json names: \(name)") }
      try set(parameter, member.value)
    }
  }

  private mutating func readPositional(_ elements: [RawJSON], _ parameters: [Parameter]) throws(CoreError) {
    guard elements.count <= parameters.count else {
      throw .badParameters("too many parameters: got \(elements.count), expected \(parameters.count)")
    }
    // Only here is null the same as nothing.
    for (element, parameter) in zip(elements, parameters) where !element.isNull { try set(parameter, element) }
  }

  private mutating func set(_ parameter: Parameter, _ raw: RawJSON) throws(CoreError) {
    guard let value = parameter.kind.read(raw) else { throw .wrongValue(parameter.name, parameter.kind.complaint) }
    values[parameter.name] = value
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func number(_ name: String) -> UInt64? { if case .number(let value)? = values[name] { value } else { nil } }
  func text(_ name: String) -> String? { if case .text(let value)? = values[name] { value } else { nil } }
  func label(_ name: String = "label") -> [UInt8]? { if case .label(let value)? = values[name] { value } else { nil } }
  func hash(_ name: String) -> Bytes32? { if case .hash(let value)? = values[name] { value } else { nil } }
  func truth(_ name: String) -> Bool { if case .truth(true)? = values[name] { true } else { false } }
  func channels(_ name: String) -> [String]? { if case .channels(let value)? = values[name] { value } else { nil } }

  /// The amount asked for; nil where it is any.
  func msat(_ name: String) -> UInt64? { if case .msat(let value)? = values[name] { value } else { nil } }
}
