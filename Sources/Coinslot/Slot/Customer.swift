/// Who asks for an offer, as far as limits must know.
public struct Customer: Hashable, Sendable {
  /// What they are told apart by: a value of chance and, behind an `@`, the network they came from; no address in full.
  public let name: String
  /// The range of addresses that the name ends with, `192.0.2.0/24` or a /48; nil where it tells nobody apart: this
  /// machine itself, or a proxy that hides all.
  public let network: String?

  /// A customer.
  public init(name: String, network: String?) {
    self.name = name
    self.network = network
  }

  /// The most unpaid offers that one range of addresses may keep reserved of `places` unique amounts or addresses of a slot.
  ///
  /// A quarter, so that nobody alone closes a slot for a day by asking; what was paid does not count. Never less than
  /// one customer may have open.
  public static func most(of places: Int) -> Int { max(Quote.perClient, places / 4) }
}
