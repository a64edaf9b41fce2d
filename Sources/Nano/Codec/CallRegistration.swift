public import Primitives

/// What a device of the older kind says after it has connected to `/call`: which account it waits for.
///
/// `{"address":"nano_…","api_key":"…"}`. Each such text adds an account to the connection; nothing is answered.
public struct CallRegistration: Hashable, Sendable {
  /// The key of the account, from either prefix.
  public let account: Bytes32
  /// What it gave as its key; most devices send `0`.
  public let apiKey: String?

  /// The longest text that is read.
  public static let limit = 4096

  /// Reads one text; nil for the bare word `Connected`, which some clients send and nobody answers.
  ///
  /// Members of no meaning are read over. An `api_key` that is no text counts as none.
  ///
  /// - Throws: `NanoRefusal`.
  public static func decode(_ text: Span<UInt8>) throws(NanoRefusal) -> CallRegistration? {
    guard text.count <= limit else { throw .badLength("registration") }
    if ("Connected" as StaticString).equals(text, 0..<text.count) { return nil }
    let value = try JSONValue(readingNano: text)
    guard value.object != nil else { throw .notObject }
    let object = try NodeObject(value, "registration")
    let key = object["api_key"]?.string
    if let key, key.utf8.count > 256 { throw .badLength("api_key") }
    return CallRegistration(account: try object.required("address", NanoText.account), apiKey: key)
  }

  /// A registration.
  public init(account: Bytes32, apiKey: String?) {
    self.account = account
    self.apiKey = apiKey
  }

  /// The text a device sends.
  public var text: String {
    var writer = JSONWriter(style: .spaced)
    writer.beginObject()
    writer.member("address", NanoAddress.encode(account))
    if let apiKey { writer.member("api_key", apiKey) }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
