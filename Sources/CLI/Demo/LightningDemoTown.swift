import Cryptography
import Lightning
import Primitives
import Simulators

/// What runs during a demo of Lightning, as somebody outside would use it.
struct LightningDemoTown: Sendable {
  let api: DemoAPI
  let node: LightningSimulator
  let car: TeslaSimulator

  /// Where the Lightning Address of the slot leads.
  var address: String { "\(api.url)/.well-known/lnurlp/\(LightningDemo.slot)" }

  /// An invoice for a honk, checked as a wallet does.
  func invoice() async throws -> (text: String, read: Bolt11Invoice) {
    guard let currency = LightningCurrency(network: LightningDemo.network) else {
      throw Failure(.failed, "\(LightningDemo.network) has no invoices")
    }
    let wallet = DemoWallet(currency: currency)
    return try await wallet.invoice(msat: 21_000, of: try await wallet.ask(address))
  }

  /// Pays an invoice with toy money and checks the receipt.
  func pay(_ invoice: (text: String, read: Bolt11Invoice)) async throws {
    let receipt: ToyReceipt
    do { receipt = try await node.pay(invoice.text) } catch let refusal as ToyPaymentRefusal {
      throw Failure(.failed, "the toy node does not take the payment: \(refusal)")
    }
    guard let preimage = receipt.preimage, Sodium.SHA256.hash(preimage.bytes) == invoice.read.paymentHash else {
      throw Failure(.failed, "the payment has no receipt")
    }
  }

  /// How often the horn sounded.
  var honks: Int { get async throws { try await car.executed["honk_horn"] ?? 0 } }

  /// Says on standard error what the car does, until cancelled.
  func tell() async throws {
    var before: [String: Int] = [:]
    while true {
      let now = try await car.executed
      for command in now.keys.sorted() where now[command] != before[command] {
        Standard.error("the car: \(command), \(now[command] ?? 0) so far")
      }
      before = now
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}
