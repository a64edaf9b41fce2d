import Primitives
import Sockets

/// Addresses of machines as the operator writes them.
enum MachineURL {
  /// An http or https address.
  ///
  /// - Throws: `MachineMistake` with the key, and never the text: it may hold a secret.
  static func endpoint(_ text: String, key: String) throws(MachineMistake) -> Endpoint {
    let endpoint: Endpoint
    do throws(Refusal) { endpoint = try Endpoint(parsing: text) } catch {
      throw MachineMistake(key, "is no address such as https://example.org/hook")
    }
    guard !endpoint.scheme.isWebSocket else { throw MachineMistake(key, "must begin with https:// or http://") }
    guard !endpoint.target.utf8.contains(where: { "\"<>\\^`{|}".utf8.contains($0) }) else {
      throw MachineMistake(key, "holds characters that an address writes as %xx")
    }
    return endpoint
  }

  /// What is wrong with an address of the operator's own; `isBare`: it names a machine and no path.
  static func mistakes(
    _ text: String,
    key: String,
    plainIsForLoopback: Bool = false,
    isBare: Bool = false
  ) -> [MachineMistake] {
    do throws(MachineMistake) {
      let endpoint = try endpoint(text, key: key)
      if !endpoint.scheme.isSecure, plainIsForLoopback, !isLoopback(endpoint) {
        return [.init(key, "must begin with https:// (http:// is for this machine only)")]
      }
      guard !isBare || endpoint.target == "/" else { return [.init(key, "takes no path")] }
      return []
    } catch { return [error] }
  }

  /// The same machine, asked for something else.
  static func at(_ target: String, of endpoint: Endpoint) throws(MachineMistake) -> Endpoint {
    let text = "\(endpoint.scheme.rawValue)://\(endpoint.authority)\(target)"
    do throws(Refusal) { return try Endpoint(parsing: text) } catch {
      throw MachineMistake("url", "cannot be asked for \(target.prefix { $0 != "?" })")
    }
  }

  /// Whether the host is an IP address or name of this machine itself.
  static func isLoopback(_ endpoint: Endpoint) -> Bool {
    endpoint.host == "localhost" || MappedAddress(endpoint.host)?.isLoopback == true
  }
}
