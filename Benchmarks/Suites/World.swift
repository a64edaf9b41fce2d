import Coinslot
import Foundation
import Logging
import Primitives
import Synchronization

/// The wall clock, and randomness of the system.
struct World: Coinslot.Clock, Entropy {
  var nowMS: Int64 { wallMS }
  var wallMS: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
  func adoptWall() {}
  func pause(forMS: Int64) async { try? await Task.sleep(for: .milliseconds(forMS)) }
  func bytes(_ count: Int) -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
  }

  static let silence = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

  /// A folder that goes after `body`, on the disk that is measured.
  static func withFolder<R>(in disk: String, _ body: (String) async throws -> R) async throws -> R {
    let folder = "\(disk)/bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }
}

/// One charger that everything is sold for.
enum Charger {
  static func name<N: RawRepresentable<String>>(_ text: String) -> N {
    guard let name = N(rawValue: text) else { preconditionFailure("\(text) is no name") }
    return name
  }

  static let device: DeviceID = name("charger-1")
  static let channel = ChannelID(device: device, number: 0)
  static let key = Money.key(0)

  static func slot(_ account: Account) -> Slot {
    Slot(
      id: name("charger"),
      title: "Charger",
      pay: [Slot.PayOption(account: account, price: .exact(Step(at: Asset.nano.one, gives: Purchase(ms: 1))))],
      does: Slot.Effect(device: device, channel: 0)
    )
  }

  /// A payment for it that is verified and decided on: what is left is to write it down.
  static func admission(_ number: Int, nowMS: Int64) -> AdmissionRequest {
    let payment = Payment(
      id: PaymentID(chain: .nanoSim, transaction: Money.key(number).hex(uppercase: true)),
      account: Account(chain: .nanoSim, canonical: "nano_shop"),
      payer: "nano_payer",
      amount: Asset.nano.one,
      earliestAtMS: nowMS,
      evidence: "{}"
    )
    let work = DispatchDraft(
      channel: channel,
      command: Dispatch.Command(mode: .extend, ms: 1_000, once: true),
      deadlineMS: nowMS + 600_000,
      doubtMS: 600_000
    )
    let sale = SaleDraft(
      slot: name("charger"),
      quote: nil,
      purchase: Purchase(ms: 1_000),
      price: Asset.nano.one,
      remainder: .zero,
      work: work
    )
    return AdmissionRequest(
      verified: Verified(payment, isBeforeStart: false),
      nowMS: nowMS,
      session: { _ in nil },
      decide: { _, _ in .sell(sale) }
    )
  }
}
