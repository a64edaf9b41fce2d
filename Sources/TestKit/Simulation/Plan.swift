import Coinslot
import DeviceWire
import Primitives

/// What a world is made of: which slots, machines and payments, drawn by the seed.
struct Plan: Sendable {
  /// One unit of price: large enough that unique digits fit below the next.
  static let unit: UInt128 = 1_000_000_000_000_000_000_000_000_000

  let slots: [Slot]
  let book: SlotBook
  /// How many outputs each device has.
  let outputs: [DeviceID: UInt8]
  /// How long troubles and payments last, milliseconds.
  let activeMS: Int64
  let payments: Int

  init(using chance: inout SeededRandom) {
    func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &chance)] }
    var slots: [Slot] = []
    var outputs: [DeviceID: UInt8] = [:]
    for number in 1...pick([1, 1, 2]) {
      guard let device = DeviceID(rawValue: "device-\(number)") else { continue }
      let count = UInt8(pick([1, 1, 2]))
      outputs[device] = count
      for output in 0..<count {
        guard let id = SlotID(rawValue: "slot-\(number)-\(output)") else { continue }
        let account = Account(chain: SimulatedNode.chain, canonical: "shop-\(number)-\(output)")
        let short: UInt64 = pick([500, 4_000, 20_000]), long: UInt64 = short + pick([3_000, 40_000])
        let price: PriceRule =
          switch pick([0, 0, 1, 2]) {
          case 0: .exact(Step(at: Amount(Plan.unit), gives: Purchase(ms: long)))
          case 1:
            .steps([
              Step(at: Amount(Plan.unit), gives: Purchase(ms: short)),
              Step(at: Amount(3 * Plan.unit), gives: Purchase(ms: long)),
            ])
          default: .rate(perMinute: Amount(2 * Plan.unit), minimum: Amount(Plan.unit / 4), capMS: 90_000)
          }
        let tellApart: Slot.TellApart = pick([.nothing, .nothing, .lowDigits, .ownAccount])
        slots.append(
          Slot(
            id: id,
            title: id.rawValue,
            pay: [
              Slot.PayOption(
                account: account,
                price: price,
                tellApart: tellApart,
                quoteAccounts: tellApart == .ownAccount
                  ? (0..<3).map { Account(chain: account.chain, canonical: "\(account)-own-\($0)") } : []
              )
            ],
            does: Slot.Effect(device: device, channel: output, once: pick([true, true, false])),
            ifAway: Slot.Away(refuse: true, holdMS: pick([15_000, 45_000, 120_000])),
            whileRunning: pick([.extend, .queue, .hold]),
            resumeWithinMS: pick([20_000, 600_000]),
            quoteLifeMS: 60_000
          )
        )
      }
    }
    self.slots = slots
    self.outputs = outputs
    book = SlotBook(slots)
    activeMS = pick([120_000, 240_000, 420_000])
    payments = pick([4, 10, 24])
  }

  /// The wire's setup of a device.
  func configuration(of device: DeviceID, key: Bytes32) -> DeviceConfiguration {
    DeviceConfiguration(
      device: WireText(device.rawValue),
      key: key,
      keySerial: 1,
      firmware: "1.0.0",
      transport: .webSocket,
      channels: (0..<(outputs[device] ?? 1)).map { ChannelConfiguration(number: $0, maxOnMS: 86_400_000) }
    )
  }
}
