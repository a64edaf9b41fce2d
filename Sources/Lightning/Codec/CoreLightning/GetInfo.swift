import Primitives

/// `getinfo`: who the node is.
package struct GetInfo: CoreLightningCall {
  package init() {}

  package var request: CoreLightningRequest { CoreLightningRequest("getinfo") }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> NodeFacts {
    let id = try result.text("id").orMissing("id")
    // A compressed public key.
    guard let key = try? Hex.decode(id), key.count == 33, key[0] == 2 || key[0] == 3 else { throw .badHash("id") }
    guard let height = UInt32(exactly: try result.number("blockheight").orMissing("blockheight")) else {
      throw .wrongType("blockheight")
    }
    return NodeFacts(
      id: Hex.encode(key),
      alias: String(decoding: (try result.text("alias") ?? "").utf8.prefix(32), as: UTF8.self),
      network: try result.text("network").orMissing("network"),
      version: try result.text("version") ?? "",
      height: height,
      warnings: result.warnings.map(\.text)
    )
  }
}
