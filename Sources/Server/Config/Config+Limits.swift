package import Sockets

extension Config {
  /// How much of everything there may be at once; beyond it the newcomer is refused, never somebody who is served.
  package struct Limits: Hashable, Sendable {
    /// Connections to the public listener, held below what the system's limit of open files allows.
    package var connections = 10_000
    /// Customers' pages that are told at once what happens; others look again by themselves.
    ///
    /// `/v1/events` has room for as many, 64 at most.
    package var streams = 1_000
    /// Connections to `/call`.
    package var watchers = 10_000
    /// Accounts that one connection of `/call` may wait for.
    package var accountsPerWatcher = 64
    /// What one client may take of a listener; 0 is no limit.
    package var client = ClientLimits()
    /// Quotes that one client may ask for in ten minutes; 0 is no limit.
    package var quotesPerClient = 60
    /// Wrong tokens that one client may show in ten minutes; 0 is no limit.
    package var tokenFailuresPerClient = 20

    /// The defaults.
    package init() {}
  }
}
