package import Primitives

/// What `POST /v1/invoices` answers.
package struct LNDAdded: Hashable, Sendable {
  package let hash: Bytes32
  /// BOLT11.
  package let text: String
  package let addIndex: UInt64

  /// - Throws: `LNDRefusal`.
  package init(decoding bytes: [UInt8]) throws(LNDRefusal) {
    let value = try LNDJSON.object(bytes)
    guard let hash = LNDValue.bytes32(value["r_hash"]) else { throw .badMember("r_hash") }
    guard let text = LNDValue.text(value["payment_request"]) else { throw .badMember("payment_request") }
    self.hash = hash
    self.text = text
    addIndex = LNDValue.uint64(value["add_index"]) ?? 0
  }
}

/// A page of `GET /v1/invoices`, in the order of making.
package struct LNDPage: Hashable, Sendable {
  package let invoices: [LNDInvoice]

  /// - Throws: `LNDRefusal`.
  package init(decoding bytes: [UInt8]) throws(LNDRefusal) {
    let value = try LNDJSON.object(bytes)
    guard let rows = value["invoices"]?.array else { throw .badMember("invoices") }
    var invoices: [LNDInvoice] = []
    for row in rows { invoices.append(try LNDInvoice(row)) }
    self.invoices = invoices
  }
}

/// What `GET /v1/getinfo` answers.
package struct LNDInfo: Hashable, Sendable {
  package let facts: NodeFacts

  /// - Throws: `LNDRefusal`.
  package init(decoding bytes: [UInt8]) throws(LNDRefusal) {
    let value = try LNDJSON.object(bytes)
    guard let id = value["identity_pubkey"]?.string, id.utf8.count == 66, (try? Hex.decode(id)) != nil else {
      throw .badMember("identity_pubkey")
    }
    guard let height = LNDValue.uint64(value["block_height"]).flatMap({ UInt32(exactly: $0) }) else {
      throw .badMember("block_height")
    }
    guard let network = value["chains"]?[0]?["network"]?.string else { throw .badMember("chains") }
    var warnings: [String] = []
    if value["synced_to_chain"]?.bool == false { warnings.append("it is not in sync with its chain") }
    if LNDValue.uint64(value["num_active_channels"]) == 0 { warnings.append("it has no active channel") }
    facts = NodeFacts(
      id: id.lowercased(),
      alias: String(decoding: Array((value["alias"]?.string ?? "").utf8.prefix(32)), as: UTF8.self),
      network: network == "mainnet" ? "bitcoin" : network,
      version: NodeWords.clean(value["version"]?.string ?? ""),
      height: height,
      warnings: warnings
    )
  }
}

/// One line of an endless answer.
package enum LNDLine: Hashable, Sendable {
  case invoice(LNDInvoice)
  /// The last line: nothing comes after it.
  case error(LNDError)

  /// - Throws: `LNDRefusal`.
  package init(decoding bytes: [UInt8]) throws(LNDRefusal) {
    let value = try LNDJSON.object(bytes)
    if let error = value["error"] {
      self = .error(LNDError(error))
    } else if let result = value["result"] {
      self = .invoice(try LNDInvoice(result))
    } else {
      throw .badMember("result")
    }
  }
}

enum LNDJSON {
  static func object(_ bytes: [UInt8]) throws(LNDRefusal) -> JSONValue {
    guard let value = try? JSONValue(parsing: bytes), value.object != nil else { throw .notJSON }
    return value
  }
}
