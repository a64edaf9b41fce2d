package import Coinslot
package import Primitives
package import Sockets

/// How to reach our own node.
package struct NanoConfig: Hashable, Sendable {
  /// The chain that every answer must be about.
  package let chain: Chain
  /// Where questions are asked, `http://[::1]:7076`.
  package let rpc: String
  /// Where the node tells of confirmations, `ws://[::1]:7078`; nil where only callbacks and re-reading are used.
  package let webSocket: Endpoint?

  /// A node.
  ///
  /// Whether its addresses may be trusted is for whoever reads the configuration to say.
  package init(chain: Chain, rpc: String, webSocket: Endpoint?) {
    self.chain = chain
    self.rpc = rpc
    self.webSocket = webSocket
  }

  /// The first block that the chain must have; nil where any is right, as on a toy network.
  package var genesis: Bytes32? {
    switch chain.rawValue {
    case "nano:live": NanoFacts.genesisLive
    case "nano:beta": NanoFacts.genesisBeta
    case "nano:dev": NanoFacts.genesisDev
    default: nil
    }
  }
}
