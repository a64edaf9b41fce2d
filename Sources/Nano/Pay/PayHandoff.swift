public import Coinslot
import Cryptography
public import Primitives

/// A request to pay in which the wallet hands the signed block to us: `nanopay:` and the base 64 of a JSON object.
///
/// The only way to tell two payers of one account apart without a memo. Few wallets know it.
public struct PayHandoff: Hashable, Sendable {
  /// The key of the account to pay.
  public let account: Bytes32
  /// How much.
  public let amount: Amount
  /// Where the block may be handed over, best first.
  public let methods: [Method]
  /// Whom it is for, in words.
  public let label: String?
  /// What it is for, in words.
  public let message: String?
  /// Whether it must be exactly this amount.
  public let isExact: Bool
  /// Whether the wallet must do the proof of work.
  public let needsWork: Bool
  /// Whether the request may be paid more than once.
  public let isReusable: Bool

  /// A way to hand the block over.
  public struct Method: Hashable, Sendable {
    /// `http` is the one in use.
    public let type: String
    /// Where to.
    public let url: String

    /// A way.
    public init(type: String, url: String) {
      self.type = type
      self.url = url
    }
  }

  /// A request of its parts.
  public init(
    account: Bytes32,
    amount: Amount,
    methods: [Method],
    label: String? = nil,
    message: String? = nil,
    isExact: Bool = true,
    needsWork: Bool = true,
    isReusable: Bool = false
  ) {
    self.account = account
    self.amount = amount
    self.methods = methods
    self.label = label
    self.message = message
    self.isExact = isExact
    self.needsWork = needsWork
    self.isReusable = isReusable
  }

  /// Reads a link in either alphabet of base 64, with or without `=`.
  ///
  /// - Throws: `NanoRefusal`.
  public init(parsing text: String) throws(NanoRefusal) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 8192 else { throw .badLength("nanopay") }
    guard text.lowercased().hasPrefix("nanopay:") else { throw .unknownWord("nanopay") }
    let code = bytes[8...]
    let isURL = code.contains { $0 == 0x2d || $0 == 0x5f }
    let isPadded = code.last == 0x3d
    let json: [UInt8]
    do {
      json = try Sodium.Base64.decode(
        code.span,
        isURL ? (isPadded ? .url : .urlUnpadded) : (isPadded ? .standard : .standardUnpadded)
      )
    } catch {
      throw .badText(at: 8)
    }
    let value = try JSONValue(readingNano: json.span)
    guard value.object != nil else { throw .notObject }
    try self.init(try NodeObject(value, "nanopay"))
  }

  /// The link.
  public var text: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("account", NanoAddress.encode(account))
    writer.member("amount", amount.description)
    if let label { writer.member("label", label) }
    if let message { writer.member("message", message) }
    writer.flag("exact", isExact, unless: true)
    writer.flag("work", needsWork, unless: true)
    writer.flag("reuse", isReusable, unless: false)
    writer.key("methods" as StaticString)
    writer.beginArray()
    for method in methods {
      writer.beginObject()
      writer.member("type", method.type)
      writer.member("url", method.url)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return "nanopay:" + Sodium.Base64.encode(writer.bytes, .standardUnpadded)
  }
}

extension PayHandoff {
  private init(_ object: NodeObject) throws(NanoRefusal) {
    var methods: [Method] = []
    for element in try object.list("methods") {
      let method = try NodeObject(element, "methods")
      methods.append(
        Method(type: try method.required("type", NanoText.text), url: try method.required("url", NanoText.longText))
      )
    }
    self.init(
      account: try object.required("account", NanoText.account),
      amount: try object.required("amount", NanoText.amount),
      methods: methods,
      label: try object.optional("label", NanoText.longText),
      message: try object.optional("message", NanoText.longText),
      isExact: try object.truth("exact") ?? true,
      needsWork: try object.truth("work") ?? true,
      isReusable: try object.truth("reuse") ?? false
    )
  }
}

extension NodeObject {
  fileprivate func truth(_ key: String) throws(NanoRefusal) -> Bool? {
    guard let value = self[key] else { return nil }
    guard let truth = value.bool else { throw .wrongType(key) }
    return truth
  }
}

extension NanoText {
  fileprivate static func longText(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> String {
    guard text.count <= 2048 else { throw .badLength(field) }
    return text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}

extension JSONWriter {
  fileprivate mutating func flag(_ key: StaticString, _ flag: Bool, unless usual: Bool) {
    guard flag != usual else { return }
    self.key(key)
    bool(flag)
  }
}
