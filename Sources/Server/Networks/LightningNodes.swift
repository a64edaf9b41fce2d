package import AsyncHTTPClient
package import Lightning
import Primitives
import Sockets

/// Makes our clients of the operator's Lightning node, whatever its make.
package enum LightningNodes {
  /// The node that a configuration names; nothing is asked yet.
  ///
  /// The client is one of `NodeHTTP.client()`; whoever made it shuts it down.
  ///
  /// - Throws: `Refusal` where an address is none; one that was read from a file is never refused.
  package static func make(_ config: Config.Lightning, client: HTTPClient) throws -> any LightningNode {
    switch config.node {
    case .coreLightningSocket(let path): CoreLightningNode(CoreLightningSocket(path: path))
    case .coreLightningREST(let url, let rune, let certificate):
      CoreLightningNode(
        CoreLightningREST(
          endpoint: try Endpoint(parsing: url),
          runeFile: rune,
          certificateFile: certificate,
          client: client
        )
      )
    case .lnd(let url, let macaroon, let certificate):
      LNDNode(
        LNDSettings(
          endpoint: try Endpoint(parsing: url),
          certificateFile: certificate,
          macaroonFile: macaroon,
          canSpend: config.canSpend
        ),
        client: client
      )
    case .phoenixd(let url, let password, let certificate):
      PhoenixdNode(
        PhoenixdSettings(endpoint: try Endpoint(parsing: url), certificateFile: certificate, passwordFile: password),
        client: client
      )
    }
  }

  /// What in our way in allows to spend, in words; nil where nothing does, or the node does not tell.
  ///
  /// A phoenixd is asked; of the others the key itself tells.
  ///
  /// - Throws: `NodeFailure` where the key cannot be read, or the node does not answer.
  package static func spending(_ node: any LightningNode) async throws(NodeFailure) -> String? {
    if let node = node as? LNDNode {
      let excess = try node.rights().excess
      return excess.isEmpty ? nil : "the macaroon allows \(excess.prefix(8).joined(separator: ", "))"
    }
    if let node = node as? PhoenixdNode {
      return try await node.rights() == .full ? "the password is phoenixd's full one" : nil
    }
    guard let node = node as? CoreLightningNode else { return nil }
    guard let door = node.transport as? CoreLightningREST else { return "it is asked over its socket" }
    return try door.permissions().permitsMore ? "the rune permits more than we need" : nil
  }
}
