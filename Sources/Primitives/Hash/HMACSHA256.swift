/// HMAC with SHA-256 (RFC 2104): proof that bytes come from somebody who holds the key.
public struct HMACSHA256: Sendable {
  private var inner: SHA256
  private let outer: SHA256

  /// An authentication under `key`, of any length.
  public init(key: some Collection<UInt8>) {
    var block = InlineArray<64, UInt8>(repeating: 0)
    if key.count > 64 {
      let short = SHA256.hash(key)
      for i in 0..<32 { block[i] = short[i] }
    } else {
      var i = 0
      for byte in key {
        block[i] = byte
        i += 1
      }
    }
    self.init(block: block)
  }

  /// An authentication under a key of 32 bytes.
  public init(key: Bytes32) {
    var block = InlineArray<64, UInt8>(repeating: 0)
    for i in 0..<32 { block[i] = key[i] }
    self.init(block: block)
  }

  private init(block: InlineArray<64, UInt8>) {
    var inner = SHA256()
    var outer = SHA256()
    for i in 0..<64 {
      inner.update(block[i] ^ 0x36)
      outer.update(block[i] ^ 0x5c)
    }
    self.inner = inner
    self.outer = outer
  }

  /// Adds bytes of the message.
  public mutating func update(_ bytes: Span<UInt8>) { inner.update(bytes) }

  /// Adds bytes of the message.
  public mutating func update(_ bytes: some Sequence<UInt8>) { inner.update(bytes) }

  /// Adds 32 bytes of the message.
  public mutating func update(_ bytes: Bytes32) { inner.update(bytes) }

  /// Adds the UTF-8 of a text to the message.
  public mutating func update(_ text: StaticString) { inner.update(text) }

  /// Adds one byte of the message.
  public mutating func update(_ byte: UInt8) { inner.update(byte) }

  /// The authentication code of all that was added.
  public consuming func finish() -> Bytes32 {
    var outer = outer
    outer.update(inner.finish())
    return outer.finish()
  }

  /// The authentication code of `message` under `key`.
  public static func code(key: some Collection<UInt8>, _ message: some Sequence<UInt8>) -> [UInt8] {
    var mac = HMACSHA256(key: key)
    mac.update(message)
    return mac.finish().bytes
  }
}
