/// The address of a network interface, as different programs write it.
enum HardwareAddress {
  /// Its twelve digits in capitals, without what stands between them.
  static func plain(_ mac: String) -> String { mac.uppercased().filter { $0 != ":" && $0 != "-" } }
}
