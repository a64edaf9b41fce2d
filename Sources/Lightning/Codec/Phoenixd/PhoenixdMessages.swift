import Cryptography
package import Primitives

/// `POST /createinvoice`.
package struct PhoenixdCreateInvoice: Hashable, Sendable {
  /// Longest text in an invoice, in UTF-16 units.
  package static let maxDescription = 128

  /// Whole satoshi; nil: the payer chooses.
  package var sat: UInt64?
  package var description: InvoiceWish.Description
  /// Seconds.
  package var expirySeconds: UInt32
  package var externalID: String

  package init(sat: UInt64?, description: InvoiceWish.Description, expirySeconds: UInt32, externalID: String) {
    self.sat = sat
    self.description = description
    self.expirySeconds = expirySeconds
    self.externalID = externalID
  }

  /// The form.
  package var body: [UInt8] {
    var fields: [(name: String, value: String)] = []
    if let sat { fields.append(("amountSat", String(sat))) }
    switch description {
    case .text(let text): fields.append(("description", text))
    case .hashed(let text): fields.append(("descriptionHash", Sodium.SHA256.hash(Array(text.utf8)).hex()))
    }
    fields.append(("expirySeconds", String(expirySeconds)))
    fields.append(("externalId", externalID))
    return Array(QueryText.form(fields).utf8)
  }
}

/// What `POST /createinvoice` answers.
package struct PhoenixdCreated: Hashable, Sendable {
  package let hash: Bytes32
  /// BOLT11.
  package let text: String
  /// Whole satoshi; nil: the payer chooses.
  package let sat: UInt64?

  /// - Throws: `PhoenixdRefusal`.
  package init(decoding bytes: [UInt8]) throws(PhoenixdRefusal) {
    guard let value = try? JSONValue(parsing: bytes), value.object != nil else { throw .notJSON }
    guard let hash = value["paymentHash"]?.string.flatMap({ try? Hex.bytes32($0) }) else {
      throw .badMember("paymentHash")
    }
    guard let text = value["serialized"]?.string, !text.isEmpty else { throw .badMember("serialized") }
    self.hash = hash
    self.text = text
    sat = value["amountSat"]?.uint64
  }
}

/// What `GET /getinfo` answers.
package struct PhoenixdInfo: Hashable, Sendable {
  package let facts: NodeFacts

  /// - Throws: `PhoenixdRefusal`.
  package init(decoding bytes: [UInt8]) throws(PhoenixdRefusal) {
    guard let value = try? JSONValue(parsing: bytes), value.object != nil else { throw .notJSON }
    guard let id = value["nodeId"]?.string, id.utf8.count == 66, (try? Hex.decode(id)) != nil else {
      throw .badMember("nodeId")
    }
    guard let chain = value["chain"]?.string else { throw .badMember("chain") }
    let channels = value["channels"]?.array ?? []
    var warnings: [String] = []
    if channels.isEmpty {
      warnings.append("it has no channel: what comes first pays for opening one")
    } else if !channels.contains(where: { $0["state"]?.string?.lowercased() == "normal" }) {
      warnings.append("none of its channels is ready")
    }
    let network =
      switch chain.lowercased() {
      case "mainnet": "bitcoin"
      case "testnet3": "testnet"
      default: chain.lowercased()
      }
    facts = NodeFacts(
      id: id.lowercased(),
      alias: "",
      network: network,
      version: NodeWords.clean(value["version"]?.string ?? ""),
      height: value["blockHeight"]?.uint64.flatMap { UInt32(exactly: $0) } ?? 0,
      warnings: warnings
    )
  }
}
