import Primitives
import Sockets

/// Where a broker listens: `mqtt://host:1883` or `mqtts://host:8883`.
struct BrokerAddress: Hashable, Sendable {
  let host: String
  let port: Int
  let isSecure: Bool

  /// Reads an address.
  ///
  /// - Throws: `MachineMistake` about `url`, without the text.
  init(_ text: String) throws(MachineMistake) {
    let wrong = MachineMistake("url", "is no address such as mqtt://192.168.1.5:1883 or mqtts://broker.example:8883")
    let lower = text.lowercased()
    guard let scheme = ["mqtt", "mqtts"].first(where: { lower.hasPrefix("\($0)://") }) else { throw wrong }
    isSecure = scheme == "mqtts"
    // The rest is read as any address is; only the scheme's own port differs.
    let endpoint: Endpoint
    do throws(Refusal) {
      endpoint = try Endpoint(parsing: "http://\(text.dropFirst(scheme.utf8.count + 3))")
    } catch { throw wrong }
    guard endpoint.target == "/" else { throw wrong }
    host = endpoint.host
    port = endpoint.port == 80 && !text.hasSuffix(":80") ? (isSecure ? 8_883 : 1_883) : endpoint.port
  }
}
