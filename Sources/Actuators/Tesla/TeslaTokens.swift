import Primitives

/// The right to speak for an owner: a token for a few hours, and the one that gets the next.
public struct TeslaTokens: Hashable, Sendable {
  /// Goes with every request.
  public let access: String
  /// Can be used once: whoever loses its successor must ask the owner again.
  public let refresh: String
  /// When `access` ends, wall-clock milliseconds.
  public let expiresAtMS: Int64

  /// Tokens.
  public init(access: String, refresh: String, expiresAtMS: Int64) {
    self.access = access
    self.refresh = refresh
    self.expiresAtMS = expiresAtMS
  }
}

extension TeslaTokens: CustomStringConvertible, CustomReflectable {
  /// Never the tokens themselves.
  public var description: String { "Tesla tokens until \(expiresAtMS)" }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension TeslaTokens {
  /// As a file keeps them.
  var json: JSONValue {
    [
      "access_token": .string(access), "refresh_token": .string(refresh), "expires_at_ms": .number(expiresAtMS),
    ]
  }

  /// Reads what a file keeps; without an end the first use refreshes them.
  init?(_ json: JSONValue) {
    guard let refresh = json["refresh_token"]?.string, !refresh.isEmpty else { return nil }
    self.init(
      access: json["access_token"]?.string ?? "",
      refresh: refresh,
      expiresAtMS: json["expires_at_ms"]?.int64 ?? 0
    )
  }
}

/// Where tokens are kept.
///
/// ## On failure
/// A refresh token is good for one use. `write` returns only when the new one would survive a power cut, and nothing
/// uses new tokens before.
public protocol TeslaTokenStore: Sendable {
  /// The tokens; nil where the owner has not given any.
  func read() async throws -> TeslaTokens?
  /// Takes the place of what was kept, durably.
  func write(_ tokens: TeslaTokens) async throws
}
