#if !hasFeature(Embedded)
  extension JSONText {
    /// The text with its escapes resolved.
    public func string(in bytes: Span<UInt8>) -> String { String(decoding: decoded(in: bytes), as: UTF8.self) }
  }

  extension JSONNumber {
    /// Its characters as written.
    public func text(in bytes: Span<UInt8>) -> String {
      String(decoding: range.map { bytes[$0] }, as: UTF8.self)
    }
  }
#endif
