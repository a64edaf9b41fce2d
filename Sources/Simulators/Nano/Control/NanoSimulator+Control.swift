import Coinslot
import Nano
import Primitives

// What the control endpoint can do.

extension NanoSimulator {
  /// Does what a request to the control endpoint asks.
  func control(_ method: String, _ path: String, _ input: JSONValue) async throws -> JSONValue {
    switch (method, path) {
    case ("GET", "/control"): return try await status()
    case ("GET", "/control/accounts"): return try await accountList()
    case ("GET", "/control/faults"): return try await faults.json
    case ("DELETE", "/control/faults"):
      try await set(NanoFaults())
      return try await faults.json
    case ("POST", "/control/faults"):
      var new = try await faults
      try new.apply(input)
      try await set(new)
      return new.json
    case ("POST", "/control/pay"): return try await payment(ControlInput(input))
    case ("POST", "/control/pocket"): return try await pocketing(ControlInput(input))
    case ("POST", "/control/fork"): return try await forking(ControlInput(input))
    case ("POST", "/control/settle"):
      let input = ControlInput(input)
      try await settleFork(on: try input.hash("hash"), confirmMS: try input.optionalNumber("confirm", 0...600_000))
      return .object([])
    case ("POST", "/control/change"):
      let input = ControlInput(input)
      let hash = try await changeRepresentative(of: try index(input, "from"), to: try input.account("to"))
      return ["hash": .string(hash.hex(uppercase: true))]
    case ("POST", "/control/upgrade"):
      let input = ControlInput(input)
      let hash = try await upgrade(try input.account("account"), to: try input.number("epoch", 1...2))
      return ["hash": .string(hash.hex(uppercase: true))]
    case ("POST", "/control/confirm"):
      try await confirm(try ControlInput(input).hash("hash"))
      return .object([])
    case ("POST", "/control/announce"):
      try await announce(try ControlInput(input).hash("hash"))
      return .object([])
    case ("POST", "/control/prune"):
      return ["pruned": .number(try await prune(try ControlInput(input).account("account")))]
    case ("POST", "/control/preload"):
      let hashes = try await preload(
        try PreloadedBlock.read(input),
        announces: try ControlInput(input).optionalTruth("announce") ?? false
      )
      return ["hashes": .array(hashes.map { .string($0.hex(uppercase: true)) })]
    case ("POST", "/control/restart"):
      try await restart(downMS: try ControlInput(input).optionalNumber("down", 0...600_000) ?? 0)
      return .object([])
    default: throw ControlRefusal.notFound
    }
  }

  private func status() async throws -> JSONValue {
    let counts = try await counts
    let (release, blocks) = try await onLoop { ($0.options.release.name, $0.ledger.counts) }
    return [
      "release": .string(release), "genesis": .string(genesis.hex(uppercase: true)), "rpc": .string(rpcURL),
      "websocket": webSocketURL.map { .string($0) } ?? .null, "blocks": .number(blocks.blocks),
      "confirmed": .number(blocks.confirmed), "requests": .number(counts.requests),
      "callbacks_delivered": .number(counts.callbacksDelivered), "callbacks_failed": .number(counts.callbacksFailed),
      "callbacks_dropped": .number(counts.callbacksDropped), "messages_sent": .number(counts.messagesSent),
      "messages_dropped": .number(counts.messagesDropped), "faults": try await faults.json,
    ]
  }

  private func accountList() async throws -> JSONValue {
    var list: [JSONValue] = []
    for (index, key) in accounts.enumerated() {
      let balance = try await balance(of: key.account)
      list.append([
        "index": .number(index), "account": .string(key.address),
        "balance": .string((balance.owned ?? .zero).description),
        "receivable": .array(
          balance.waiting.map { send in
            ["hash": .string(send.hash.hex(uppercase: true)), "amount": .string(send.amount.description)]
          }
        ),
      ])
    }
    return .array(list)
  }

  private func payment(_ input: ControlInput) async throws -> JSONValue {
    let hash = try await pay(try order(input))
    return ["hash": .string(hash.hex(uppercase: true))]
  }

  private func order(_ input: ControlInput) throws(ControlRefusal) -> ToyPayment {
    ToyPayment(
      to: try input.account("to"),
      try input.amount(),
      from: try optionalIndex(input, "from"),
      confirmMS: try input.optionalNumber("confirm", 0...600_000),
      isLegacy: try input.optionalTruth("legacy") ?? false
    )
  }

  private func pocketing(_ input: ControlInput) async throws -> JSONValue {
    let hashes = try await pocket(
      try index(input, "account"),
      try input.optionalHash("hash"),
      confirmMS: try input.optionalNumber("confirm", 0...600_000)
    )
    return ["hashes": .array(hashes.map { .string($0.hex(uppercase: true)) })]
  }

  private func forking(_ input: ControlInput) async throws -> JSONValue {
    let hashes = try await fork(
      try order(input),
      rival: try input.optionalAccount("rival"),
      switchMS: try input.optionalNumber("switch", 0...600_000)
    )
    return [
      "shown": .string(hashes.shown.hex(uppercase: true)), "rival": .string(hashes.rival.hex(uppercase: true)),
    ]
  }

  /// A throw-away account by its index or its text.
  private func index(_ input: ControlInput, _ key: String) throws(ControlRefusal) -> Int {
    guard let index = try optionalIndex(input, key) else { throw .bad(key) }
    return index
  }

  private func optionalIndex(_ input: ControlInput, _ key: String) throws(ControlRefusal) -> Int? {
    guard let value = input[key] else { return nil }
    if let index = value.int { return index }
    let account = try input.account(key)
    guard let index = accounts.firstIndex(where: { $0.account == account }) else { throw .bad(key) }
    return index
  }
}
