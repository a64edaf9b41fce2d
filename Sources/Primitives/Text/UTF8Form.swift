/// The form of UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
package enum UTF8Form {
  /// What `length` says where the bytes end inside a character that is right so far.
  package static let cut = -1

  /// The length of the well-formed character at `offset`; 0 where it is not well-formed, `cut` where the bytes end.
  package static func length(_ bytes: Span<UInt8>, at offset: Int) -> Int {
    let first = bytes[offset]
    let length: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xbf
    switch first {
    case 0x00...0x7f: return 1
    case 0xc2...0xdf: length = 2
    case 0xe0: (length, low) = (3, 0xa0)
    case 0xed: (length, high) = (3, 0x9f)
    case 0xe1...0xef: length = 3
    case 0xf0: (length, low) = (4, 0x90)
    case 0xf1...0xf3: length = 4
    case 0xf4: (length, high) = (4, 0x8f)
    default: return 0
    }
    for i in 1..<length {
      guard offset + i < bytes.count else { return cut }
      guard bytes[offset + i] >= low, bytes[offset + i] <= high else { return 0 }
      (low, high) = (0x80, 0xbf)
    }
    return length
  }

  /// Whether `bytes` is well-formed throughout.
  package static func isValid(_ bytes: Span<UInt8>) -> Bool {
    var i = 0
    while i < bytes.count {
      let length = length(bytes, at: i)
      guard length > 0 else { return false }
      i += length
    }
    return true
  }

  /// The same with U+FFFD for each byte that starts no well-formed character.
  package static func repaired(_ bytes: Span<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var i = 0
    while i < bytes.count {
      let length = length(bytes, at: i)
      if length > 0 {
        for j in i..<i + length { out.append(bytes[j]) }
        i += length
      } else {
        out.append(0xef)
        out.append(0xbf)
        out.append(0xbd)
        i += 1
      }
    }
    return out
  }
}
