public import Sockets

/// Who may post callbacks, and where.
public struct CallbackRules: Sendable {
  /// Where the node posts to, exact to the slash.
  public var path = "/callback/"
  /// Where old clients open their sockets.
  public var callPath = "/call"
  /// Where the node may be.
  public var allow = AddressRange.loopback
  /// Where our own reverse proxies are: a request through them comes from anybody, so it is no callback.
  public var trustedProxies: [AddressRange] = []
  /// Longest body, bytes.
  public static let bodyLimit = 64 * 1024

  /// The usual rules: only this machine.
  public init() {}
}
