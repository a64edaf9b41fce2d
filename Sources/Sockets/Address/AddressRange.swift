package import NIOCore

/// A range of IP addresses, `10.0.0.0/8` or `fd00::/8`; a single address is a range of one.
///
/// IPv4 is compared in its mapped form: a peer that shows as `::ffff:10.0.0.1` lies in `10.0.0.0/8`.
public struct AddressRange: Hashable, Sendable {
  private let first: UInt128
  /// How many trailing bits do not count, 0 … 128.
  private let free: Int

  private init(_ address: MappedAddress, free: Int) {
    // Shifting by the whole width gives zero, as it should.
    first = (address.bits >> UInt128(free)) << UInt128(free)
    self.free = free
  }

  /// Reads an address, or an address and a prefix length; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ MappedAddress(String($0)) }) else { return nil }
    guard parts.count == 2 else {
      self.init(address, free: 0)
      return
    }
    let digits = parts[1]
    let width = parts[0].contains(":") ? 128 : 32
    guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let bits = Int(digits), bits <= width,
      // `::ffff:10.0.0.0/8` would be every IPv4 address and more; who means IPv4 writes it so.
      width == 32 || !address.isIPv4 || bits >= 96
    else { return nil }
    self.init(address, free: width - bits)
  }

  /// This machine itself: `127.0.0.0/8` and `::1`.
  public static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }

  /// Whether the address lies in the range; never for anything but IP.
  package func contains(_ address: SocketAddress) -> Bool {
    MappedAddress(address).map { contains($0) } ?? false
  }

  /// Whether the address lies in the range.
  package func contains(_ address: MappedAddress) -> Bool { (address.bits ^ first) >> UInt128(free) == 0 }
}

extension Collection where Element == AddressRange {
  /// Whether any of the ranges contains the address; without an address none does.
  package func contain(_ address: SocketAddress?) -> Bool {
    guard let address else { return false }
    return contains { $0.contains(address) }
  }
}
