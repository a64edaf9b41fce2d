import CSodium
public import Primitives

extension Sodium {
  /// Base 64 (RFC 4648), in its standard and its URL alphabet.
  public enum Base64 {
    /// Which alphabet, and whether `=` fills the last group.
    public enum Variant: Sendable {
      /// `+ /` with `=`.
      case standard
      /// `+ /` without `=`.
      case standardUnpadded
      /// `- _` with `=`.
      case url
      /// `- _` without `=`.
      case urlUnpadded

      fileprivate var code: Int32 {
        switch self {
        case .standard: 1
        case .standardUnpadded: 3
        case .url: 5
        case .urlUnpadded: 7
        }
      }
    }

    /// The text of `bytes`.
    public static func encode(_ bytes: [UInt8], _ variant: Variant = .standard) -> String {
      let size = sodium_base64_encoded_len(bytes.count, variant.code)
      var text = [CChar](repeating: 0, count: size)
      _ = sodium_bin2base64(&text, size, bytes, bytes.count, variant.code)
      return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The bytes of a text in exactly this variant: no white space, no missing or extra `=`, no stray bits.
    ///
    /// - Throws: `Refusal.notCanonical`.
    public static func decode(_ text: Span<UInt8>, _ variant: Variant = .standard) throws(Refusal) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3 + 3)
      var count = 0
      let result = text.withUnsafeBytes { text in
        sodium_base642bin(
          &bytes,
          bytes.count,
          text.baseAddress?.assumingMemoryBound(to: CChar.self),
          text.count,
          nil,
          &count,
          nil,
          variant.code
        )
      }
      guard result == 0 else { throw .notCanonical }
      bytes.removeLast(bytes.count - count)
      return bytes
    }
  }
}
