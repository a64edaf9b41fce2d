import Cryptography
import Primitives

/// Values as LND's REST door writes them: 64-bit numbers as texts, bytes in base 64, what is unset as zero or empty.
///
/// Numbers without quotes are read as well.
enum LNDValue {
  /// A whole number; nil where the member is missing or something else.
  static func uint64(_ value: JSONValue?) -> UInt64? {
    guard let value else { return nil }
    return value.uint64 ?? value.string.flatMap { DecimalDigits.uint64(Array($0.utf8).span) }
  }

  /// A moment in seconds; nil where it is unset.
  static func seconds(_ value: JSONValue?) -> Int64? {
    uint64(value).flatMap { $0 == 0 ? nil : Int64(exactly: $0) }
  }

  /// Thirty-two bytes; nil where they are unset, too few or too many.
  static func bytes32(_ value: JSONValue?) -> Bytes32? {
    guard let text = value?.string else { return nil }
    let characters = Array(text.utf8)
    guard let bytes = try? Sodium.Base64.decode(characters.span) else { return nil }
    return Bytes32(bytes)
  }

  /// A text; nil where it is unset.
  static func text(_ value: JSONValue?) -> String? { value?.string.flatMap { $0.isEmpty ? nil : $0 } }

  /// Thirty-two bytes as they go into a request's body.
  static func base64(_ bytes: Bytes32) -> String { Sodium.Base64.encode(bytes.bytes) }

  /// Thirty-two bytes as they go into a path.
  static func pathBase64(_ bytes: Bytes32) -> String { Sodium.Base64.encode(bytes.bytes, .url) }
}
