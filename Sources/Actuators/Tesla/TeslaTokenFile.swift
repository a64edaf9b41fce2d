import Primitives

/// Tokens in a file of their own, mode 0600: `{"access_token":…,"refresh_token":…,"expires_at_ms":…}`.
public struct TeslaTokenFile: TeslaTokenStore {
  private let path: String

  /// The file; it needs a folder of its own where it can be replaced.
  public init(_ path: String) { self.path = path }

  /// What the file holds; nil where there is none.
  ///
  /// - Throws: Where it cannot be read, or others may read it.
  public func read() async throws -> TeslaTokens? {
    guard let text = try OwnersFile.read(path) else { return nil }
    guard let json = try? JSONValue(parsing: text), let tokens = TeslaTokens(json) else {
      throw OwnersFile.Failure(description: "\(path) holds no tokens")
    }
    return tokens
  }

  /// Replaces the file, synced before it returns.
  ///
  /// - Throws: Where it cannot be written; the old tokens are then still there.
  public func write(_ tokens: TeslaTokens) async throws { try OwnersFile.write(tokens.json.text(), to: path) }
}
