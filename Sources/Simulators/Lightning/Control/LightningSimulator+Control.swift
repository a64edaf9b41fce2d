import Primitives

// What the control endpoint can do.

extension LightningSimulator {
  /// Does what a request to the control endpoint asks.
  func control(_ method: String, _ path: String, _ input: JSONValue) async throws -> JSONValue {
    let members = ControlInput(input)
    switch (method, path) {
    case ("GET", "/control"): return try await status()
    case ("GET", "/control/invoices"):
      return try await onLoop { node in .array(node.look(\.all).map(\.json)) }
    case ("GET", "/control/offers"):
      return try await onLoop { node in
        let offers = node.look(\.offers)
        return .array(offers.keys.sorted().compactMap { offers[$0]?.json })
      }
    case ("GET", "/control/faults"): return try await faults.json
    case ("DELETE", "/control/faults"):
      try await set(LightningFaults())
      return try await faults.json
    case ("POST", "/control/faults"):
      var new = try await faults
      try new.apply(input)
      try await set(new)
      return new.json
    case ("POST", "/control/restart"):
      let downMS = try members.optionalNumber("down", 0...600_000) ?? 0
      try await restart(downMS: downMS, catchUpMS: try members.optionalNumber("catch_up", 0...600_000))
    case ("POST", "/control/forward"):
      try await forward(seconds: Int64(try members.number("seconds", 0...1_000_000_000)))
    case ("POST", "/control/drop"): await dropConnections()
    case ("POST", "/control/certificate"): try await changeCertificate()
    case ("POST", "/control/snapshot"): try await takeSnapshot(try members.text("name"))
    case ("POST", "/control/rollback"): try await rollBack(to: try members.text("name"))
    case ("POST", "/control/mine"): try await mine(UInt32(try members.number("blocks", 1...100_000)))
    case ("POST", "/control/delete"): try await delete(try members.text("invoice"))
    default: return try await money(method, path, members)
    }
    return .object([])
  }

  private func money(_ method: String, _ path: String, _ input: ControlInput) async throws -> JSONValue {
    switch (method, path) {
    case ("POST", "/control/pay"):
      let (msat, total) = (try input.msat("msat"), try input.msat("total_msat"))
      return try await pay(try input.text("invoice"), msat: msat, totalMsat: total).json
    case ("POST", "/control/pay_offer"):
      return try await payOffer(
        try input.text("offer"),
        msat: try input.msat("msat"),
        note: try input.optionalText("note"),
        payer: try input.msat("payer") ?? 1,
        isPaid: try input.optionalTruth("paid") ?? true
      ).json
    case ("POST", "/control/keysend"):
      guard let msat = try input.msat("msat") else { throw ControlRefusal.bad("msat") }
      return try await keysend(msat: msat, message: try input.optionalText("message")).json
    case ("POST", "/control/foreign"):
      let text = try await makeForeignInvoice(
        label: try input.text("label"),
        msat: try input.msat("msat"),
        description: try input.optionalText("description") ?? "",
        isHashed: try input.optionalTruth("hashed") ?? false,
        expirySeconds: try input.msat("expiry") ?? 604_800
      )
      return ["invoice": .string(text)]
    default: throw ControlRefusal.notFound
    }
  }

  private func status() async throws -> JSONValue {
    let counts = try await counts
    let (books, network) = try await onLoop { ($0.look(\.counters), $0.options.network) }
    return [
      "node": .string(nodeID), "network": .string(network), "socket": .string(socketPath),
      "lnd": lndURL.map { .string($0) } ?? .null, "certificate": certificateFile.map { .string($0) } ?? .null,
      "macaroon": .string(macaroonFile), "created": .number(books.created), "updated": .number(books.updated),
      "deleted": .number(books.deleted), "paid": .number(books.paid), "requests": .number(counts.coreRequests),
      "lnd_requests": .number(counts.lndRequests), "waiters": .number(counts.waiters),
      "streams": .number(counts.streams), "file_failures": .number(counts.fileFailures),
      "faults": try await faults.json,
    ]
  }
}

extension ToyReceipt {
  fileprivate var json: JSONValue {
    [
      "payment_hash": .string(paymentHash.hex()), "preimage": preimage.map { .string($0.hex()) } ?? .null,
      "pay_index": payIndex.map { .number($0) } ?? .null, "msat": msat.map { .number($0) } ?? .null,
      "state": .string(state),
    ]
  }
}

extension ControlInput {
  fileprivate func text(_ key: String) throws(ControlRefusal) -> String {
    guard let text = try optionalText(key) else { throw .bad(key) }
    return text
  }

  fileprivate func optionalText(_ key: String) throws(ControlRefusal) -> String? {
    guard let value = self[key] else { return nil }
    guard let text = value.string else { throw .bad(key) }
    return text
  }

  /// A whole number of 64 bits.
  fileprivate func msat(_ key: String) throws(ControlRefusal) -> UInt64? {
    guard let value = self[key] else { return nil }
    guard let number = value.uint64 else { throw .bad(key) }
    return number
  }
}
