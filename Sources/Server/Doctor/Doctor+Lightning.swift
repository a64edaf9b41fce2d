import AsyncHTTPClient
import Coinslot
import Lightning

extension Doctor {
  /// Our own Lightning node: there, on the right network, able to be paid, and not open to our spending.
  func lightning() async -> [Finding] {
    guard let lightning = config.lightning else { return [] }
    let place = "lightning"
    // Its own client: one that follows redirects would hand our key to them.
    let client = NodeHTTP.client()
    var findings: [Finding] = []
    do {
      let node = try LightningNodes.make(lightning, client: client)
      findings = await look(at: node, lightning, place)
      await ((node as? CoreLightningNode)?.transport as? CoreLightningSocket)?.close()
    } catch {
      findings = [Finding(place, .bad, "\(error)", next: "correct networks.lightning")]
    }
    try? await client.shutdown()
    if config.server.publicURL?.hasPrefix("https://") != true {
      findings.append(
        Finding(
          place,
          .warn,
          "wallets find no Lightning Address and no link without an https address of this server",
          next: "set server.public_url"
        )
      )
    }
    return findings
  }

  private func look(at node: any LightningNode, _ config: Config.Lightning, _ place: String) async -> [Finding] {
    let facts: NodeFacts
    do throws(NodeFailure) { facts = try await node.facts() } catch {
      return [Finding(place, .bad, error.words, next: "start the node, or correct networks.lightning")]
    }
    let expected = LightningConfig(chain: config.chain).nodeNetwork
    if let expected, expected != facts.network {
      let words = "it is on another network (\(facts.network)) than networks.lightning.chain says"
      return [Finding(place, .bad, words, next: "correct networks.lightning")]
    }
    var findings = [
      Finding(place, .ok, "version \(facts.version), network \(facts.network), height \(facts.height)")
    ]
    findings += facts.warnings.map { Finding(place, .bad, "the node says: \($0)", next: "see the node's log") }
    do throws(NodeFailure) {
      if let spending = try await LightningNodes.spending(node) {
        findings.append(
          Finding(
            place,
            config.canSpend ? .warn : .bad,
            "our way in can spend: \(spending)",
            next: "use a key that allows only invoices: coinslot config default"
          )
        )
      }
    } catch {
      findings.append(Finding(place, .warn, "what our key allows is not known: \(error.words)"))
    }
    return findings
  }
}

extension NodeFailure {
  /// The reason alone.
  fileprivate var words: String {
    switch self {
    case .away(let words), .refused(let words), .garbled(let words), .unsupported(let words), .conflict(let words),
      .rewound(let words):
      words
    }
  }
}
