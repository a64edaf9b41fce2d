#if !hasFeature(Embedded)
  extension Base32 {
    /// The characters of `bytes`.
    public func encode(_ bytes: some Collection<UInt8>) -> String {
      String(decoding: encode(Array(bytes).span), as: UTF8.self)
    }

    /// Reads the characters of exactly `byteCount` bytes.
    ///
    /// - Throws: `Refusal.short` or `.long` for another count of characters, `.badCharacter` for one outside the
    ///   alphabet, `.notCanonical` where the bits in front are not zero.
    public func decode(_ text: String, byteCount: Int) throws(Refusal) -> [UInt8] {
      try decode(Array(text.utf8).span, byteCount: byteCount)
    }
  }
#endif
