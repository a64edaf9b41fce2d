import Primitives

/// A few bytes of stack that C functions read and write while one operation runs.
struct StackBytes {
  private let start: UnsafeMutablePointer<UInt8>
  private let count: Int

  /// Runs `body` with `count` bytes whose content is undefined.
  static func with<Result>(_ count: Int, alignment: Int = 16, _ body: (StackBytes) -> Result) -> Result {
    withUnsafeTemporaryAllocation(byteCount: count, alignment: alignment) { memory in
      guard let start = memory.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        preconditionFailure("asked for no memory")
      }
      return body(StackBytes(start: start, count: count))
    }
  }

  /// The byte at `offset`.
  subscript(offset: Int) -> UInt8 {
    get {
      precondition(offset >= 0 && offset < count)
      return start[offset]
    }
    nonmutating set {
      precondition(offset >= 0 && offset < count)
      start[offset] = newValue
    }
  }

  /// Where the bytes from `offset` on lie.
  func at(_ offset: Int) -> UnsafeMutablePointer<UInt8> {
    precondition(offset >= 0 && offset < count)
    return start + offset
  }

  /// The 32 bytes from `offset` on.
  func bytes32(at offset: Int) -> Bytes32 {
    precondition(offset >= 0 && offset + 32 <= count)
    return Bytes32(words: word(at: offset), word(at: offset + 8), word(at: offset + 16), word(at: offset + 24))
  }

  /// Writes 32 bytes from `offset` on.
  func write(_ value: Bytes32, at offset: Int) {
    precondition(offset >= 0 && offset + 32 <= count)
    let raw = UnsafeMutableRawPointer(start + offset)
    raw.storeBytes(of: value.words.0.bigEndian, as: UInt64.self)
    raw.storeBytes(of: value.words.1.bigEndian, toByteOffset: 8, as: UInt64.self)
    raw.storeBytes(of: value.words.2.bigEndian, toByteOffset: 16, as: UInt64.self)
    raw.storeBytes(of: value.words.3.bigEndian, toByteOffset: 24, as: UInt64.self)
  }

  /// Writes zeros over `length` bytes from `offset` on.
  func clear(_ offset: Int, length: Int) {
    precondition(offset >= 0 && length >= 0 && offset + length <= count)
    (start + offset).update(repeating: 0, count: length)
  }

  private func word(at offset: Int) -> UInt64 {
    UInt64(bigEndian: UnsafeRawPointer(start + offset).loadUnaligned(as: UInt64.self))
  }
}

extension UnsafeRawBufferPointer {
  /// Where the bytes lie, as C wants to see them; nil where there are none.
  var bytes: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
