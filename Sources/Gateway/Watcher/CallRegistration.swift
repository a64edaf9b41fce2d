import Primitives

/// What an old client sends to be told of payments: `{"address":"nano_…","api_key":"…"}`.
///
/// Other members are ignored. A key that is no string is taken for none, as old clients send what they like there.
struct CallRegistration: Equatable {
  /// The address as written; the network says whether it is one.
  let address: [UInt8]
  /// The key as written.
  let apiKey: [UInt8]?

  /// The longest address and the longest key that are read, bytes.
  static let fieldLimit = 256

  /// Reads a text frame.
  ///
  /// - Throws: `WatcherRefusal`, whose words fit a WebSocket's close reason.
  init(decoding frame: Span<UInt8>) throws(WatcherRefusal) {
    var tokens = JSONTokenizer(maxDepth: 8)
    var address: [UInt8]?
    var apiKey: [UInt8]?
    var hasKey = false
    do {
      guard try tokens.next(in: frame) == .beginObject else { throw WatcherRefusal.notAnObject }
      members: while true {
        switch try tokens.next(in: frame) {
        case .key(let key) where key.equals("address", in: frame):
          guard address == nil else { throw WatcherRefusal.twice }
          guard case .string(let text) = try tokens.next(in: frame) else { throw WatcherRefusal.noAddress }
          address = try CallRegistration.bounded(text, in: frame)
        case .key(let key) where key.equals("api_key", in: frame):
          guard !hasKey else { throw WatcherRefusal.twice }
          hasKey = true
          var ahead = tokens
          if case .string(let text) = try ahead.next(in: frame) {
            apiKey = try CallRegistration.bounded(text, in: frame)
          }
          try tokens.skipValue(in: frame)
        case .key: try tokens.skipValue(in: frame)
        default: break members
        }
      }
      guard try tokens.next(in: frame) == .end else { throw WatcherRefusal.notJSON }
    } catch let refusal as WatcherRefusal {
      throw refusal
    } catch {
      throw .notJSON
    }
    guard let address else { throw .noAddress }
    self.address = address
    self.apiKey = apiKey
  }

  private static func bounded(_ text: JSONText, in frame: Span<UInt8>) throws(WatcherRefusal) -> [UInt8] {
    guard text.range.count <= fieldLimit else { throw .tooLong }
    return text.decoded(in: frame)
  }
}
