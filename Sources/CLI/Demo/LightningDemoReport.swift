import Foundation
import Lightning
import Primitives

/// One payment followed from a wallet's question to the horn.
struct LightningDemoReport: Sendable {
  private static let patience = Duration.seconds(30)

  /// When each hop was reached, milliseconds after the wallet asked.
  let hops: [(name: String, ms: Int64)]
  /// What was paid, a BOLT11 text.
  let invoice: String
  /// How often the horn sounded.
  let honks: Int
  let payment: JSONValue
  let sale: JSONValue
  let dispatch: JSONValue

  /// Asks, pays, follows.
  ///
  /// - Throws: `Failure` where a hop does not come within 30 s, or the horn does not sound exactly once.
  init(following town: LightningDemoTown) async throws {
    let began = ContinuousClock.now
    var hops: [(name: String, ms: Int64)] = []
    func reached(_ hop: String) {
      let passed = (ContinuousClock.now - began).components
      hops.append((hop, passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000))
    }
    reached("asked")
    let bought = try await town.invoice()
    reached("invoice")
    try await town.pay(bought)
    reached("paid")
    let end = ContinuousClock.now + Self.patience
    while try await town.honks == 0 {
      guard ContinuousClock.now < end else {
        let facts = try await Facts(bought.read.paymentHash, town.api)
        throw Failure(.failed, "no honk within 30 s of the payment \(bought.read.paymentHash.hex())\(facts.words)")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    reached("honked")
    var facts = try await Facts(bought.read.paymentHash, town.api)
    // Once the sale has ended nothing is sent any more: what the horn has done by then is all it does.
    while !facts.hasEnded {
      guard ContinuousClock.now < end else {
        throw Failure(.failed, "the sale has not ended within 30 s of the payment\(facts.words)")
      }
      try await Task.sleep(for: .milliseconds(20))
      facts = try await Facts(bought.read.paymentHash, town.api)
    }
    let honks = try await town.honks
    guard honks == 1, facts.isDone else {
      throw Failure(.failed, "the horn sounded \(honks) times for one payment\(facts.words)")
    }
    self.hops = hops
    self.honks = honks
    invoice = bought.text
    (payment, sale, dispatch) = (facts.payment ?? .null, facts.sale ?? .null, facts.dispatch ?? .null)
  }

  /// For programs.
  var json: JSONValue {
    .object([
      .init("simulation", .bool(true)),
      .init("hops", .object(hops.map { .init("\($0.name)_ms", .number("\($0.ms)")) })),
      .init("invoice", .string(invoice)), .init("honks", .number(honks)), .init("payment", payment),
      .init("sale", sale), .init("dispatch", dispatch),
    ])
  }

  /// For people.
  var text: String {
    let words = [
      "asked": "a wallet asked the Lightning Address", "invoice": "an invoice over 21 sat came and was checked",
      "paid": "it was paid with toy money", "honked": "the horn sounded, once",
    ]
    let lines = hops.map { hop in
      let ms = String(hop.ms)
      return "\(String(repeating: " ", count: max(0, 6 - ms.count)))\(ms) ms  \(words[hop.name] ?? hop.name)"
    }
    return (["LOCAL SIMULATION: nothing here has value."] + lines).joined(separator: "\n")
  }
}

/// What the server's books say of a payment.
private struct Facts {
  var payment: JSONValue?
  var sale: JSONValue?
  var dispatch: JSONValue?

  init(_ hash: Bytes32, _ api: DemoAPI) async throws {
    let payments = try await api.get("/v1/payments")["data"]?.array ?? []
    payment = payments.first { $0["transaction"]?.string == hash.hex() }
    guard let id = payment?["sale"]?.string else { return }
    sale = try await api.get("/v1/sales/\(id)")
    dispatch = try await api.get("/v1/dispatches")["data"]?.array?.first { $0["sale"]?.string == id }
  }

  var hasEnded: Bool { sale?["outcome"]?.string != nil }
  var isDone: Bool { sale?["outcome"]?.string == "done" }

  /// The same for a message, beginning with a comma.
  var words: String {
    guard let payment else { return ", which the server has not recorded" }
    let (standing, reason) = (payment["standing"]?.string ?? "?", payment["reason"]?.string)
    let outcome = sale?["outcome"]?.string ?? dispatch?["state"]?.string ?? "not sold"
    return ", which the server has as \(standing) (\(reason ?? sale?["reason"]?.string ?? outcome))"
  }
}
