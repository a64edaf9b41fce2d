#if !hasFeature(Embedded)
  extension Hex {
    /// The digits of `bytes`, lower case unless told otherwise.
    public static func encode(_ bytes: some Sequence<UInt8>, uppercase: Bool = false) -> String {
      String(decoding: digits(bytes, uppercase: uppercase), as: UTF8.self)
    }

    /// Reads digits.
    ///
    /// - Throws: `Refusal.badCharacter` for anything but hexadecimal digits, `.notCanonical` for an odd count.
    public static func decode(_ text: String) throws(Refusal) -> [UInt8] {
      try decode(Array(text.utf8).span)
    }

    /// Reads exactly 64 digits of either case.
    ///
    /// - Throws: `Refusal.short` or `.long` for another count, `.badCharacter` for anything but digits.
    public static func bytes32(_ text: String) throws(Refusal) -> Bytes32 {
      try bytes32(Array(text.utf8).span)
    }
  }

  extension Bytes32 {
    /// Sixty-four hexadecimal digits, lower case unless told otherwise.
    public func hex(uppercase: Bool = false) -> String {
      String(decoding: hexDigits(uppercase: uppercase), as: UTF8.self)
    }
  }
#endif
