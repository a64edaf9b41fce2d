/// What one client may take of a listener; 0 is no limit.
///
/// A client is an address, of IPv6 the first 64 bits; this machine itself is one too. Rates allow four seconds' worth
/// at once.
package struct ClientLimits: Hashable, Sendable {
  /// Connections open at once; one more is closed when it is accepted.
  package var connections = 1_024
  /// New connections a second; one more is closed when it is accepted.
  package var connectionsPerSecond = 200
  /// Requests a second; one more is answered 429.
  package var requestsPerSecond = 200
  /// WebSockets open at once, devices and watchers together; one more is answered 429.
  package var webSockets = 512

  /// The usual limits: room for a house full of machines behind one address.
  package init() {}

  /// No limits.
  package static let none = {
    var limits = ClientLimits()
    limits.connections = 0
    limits.connectionsPerSecond = 0
    limits.requestsPerSecond = 0
    limits.webSockets = 0
    return limits
  }()
}
