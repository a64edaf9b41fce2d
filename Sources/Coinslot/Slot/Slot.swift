/// A thing for sale: where to pay, what it costs, what happens, and what if the machine is away.
public struct Slot: Hashable, Sendable {
  /// The name in addresses and files: 1–64 of `a–z 0–9 -`.
  public let id: SlotID
  /// What people read.
  public let title: String
  /// Where to pay, one entry a chain.
  public let pay: [PayOption]
  /// What happens.
  public let does: Effect
  /// What holds when the machine is away.
  public let ifAway: Away
  /// What a payment does while an earlier one still runs.
  public let whileRunning: WhileRunning
  /// How long a power cut may last and the rest of the time still be given, milliseconds.
  public let resumeWithinMS: Int64
  /// How long an offer stands, milliseconds.
  public let quoteLifeMS: Int64

  /// A slot.
  public init(
    id: SlotID,
    title: String,
    pay: [PayOption],
    does: Effect,
    ifAway: Away = Away(),
    whileRunning: WhileRunning = .extend,
    resumeWithinMS: Int64 = 600_000,
    quoteLifeMS: Int64 = 900_000
  ) {
    self.id = id
    self.title = title
    self.pay = pay
    self.does = does
    self.ifAway = ifAway
    self.whileRunning = whileRunning
    self.resumeWithinMS = resumeWithinMS
    self.quoteLifeMS = quoteLifeMS
  }

  /// Where this slot takes money on the account's chain, if it does.
  public func option(for account: Account) -> PayOption? {
    pay.first { $0.account == account || $0.quoteAccounts.contains(account) }
  }
}

extension Slot {
  /// One chain that a slot takes, with its price there.
  public struct PayOption: Hashable, Sendable {
    /// The shared address that the sign shows.
    public let account: Account
    /// The price in the chain's asset.
    public let price: PriceRule
    /// How two customers at one address are told apart.
    public let tellApart: TellApart
    /// Watch-only addresses made offline; each quote takes one of its own.
    ///
    /// Empty: quotes share `account`.
    public let quoteAccounts: [Account]

    /// A way to pay.
    public init(account: Account, price: PriceRule, tellApart: TellApart = .nothing, quoteAccounts: [Account] = []) {
      self.account = account
      self.price = price
      self.tellApart = tellApart
      self.quoteAccounts = quoteAccounts
    }
  }

  /// How a payment is matched to a quote where the network has no memo.
  public enum TellApart: String, Hashable, Sendable, CaseIterable {
    /// Whoever pays, the machine runs.
    case nothing
    /// A unique low part of the amount.
    case lowDigits = "low_digits"
    /// An address of its own for each quote.
    case ownAccount = "own_account"
    /// An invoice that the node makes for each quote.
    case invoice
  }

  /// What a sale makes happen.
  public struct Effect: Hashable, Sendable {
    /// The device.
    public let device: DeviceID
    /// Its output.
    public let channel: UInt8
    /// Channels that functions use instead.
    public let functionChannels: [String: UInt8]
    /// Whether the deed must not happen twice even if a power cut then costs the payer (`once`), or may rather be
    /// repeated (`repeatable`).
    public let once: Bool
    /// How long a function's single deed lasts where the price gives no time, milliseconds.
    public let pulseMS: UInt64

    /// An effect on a device's output.
    public init(
      device: DeviceID,
      channel: UInt8,
      functionChannels: [String: UInt8] = [:],
      once: Bool = true,
      pulseMS: UInt64 = 500
    ) {
      self.device = device
      self.channel = channel
      self.functionChannels = functionChannels
      self.once = once
      self.pulseMS = pulseMS
    }

    /// The output that a purchase drives.
    public func output(for purchase: Purchase) -> ChannelID {
      ChannelID(device: device, number: purchase.function.flatMap { functionChannels[$0] } ?? channel)
    }
  }

  /// What holds when the machine is away.
  public struct Away: Hashable, Sendable {
    /// Whether the page refuses to sell meanwhile.
    public let refuse: Bool
    /// How long after the payment the effect may still start, milliseconds; and how long doubt may last after that.
    public let holdMS: Int64

    /// The rule; refuse, and ten minutes, unless told otherwise.
    public init(refuse: Bool = true, holdMS: Int64 = 600_000) {
      self.refuse = refuse
      self.holdMS = holdMS
    }
  }

  /// What a payment does while an earlier one still runs.
  public enum WhileRunning: String, Hashable, Sendable, CaseIterable {
    /// The times add up.
    case extend
    /// It waits its turn.
    case queue
    /// It is held for the operator.
    case hold
  }
}

/// A slot's name.
public struct SlotID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The text.
  public let rawValue: String

  /// A name; nil unless it is 1–64 characters of `a–z 0–9 -`, not starting or ending with `-`.
  public init?(rawValue: String) {
    guard isName(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  /// The text.
  public var description: String { rawValue }
}

/// Whether a text can name a slot or a device: it stands in URLs, topics and frames.
func isName(_ text: String) -> Bool {
  let utf8 = text.utf8
  let allowed = utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d }
  return (1...64).contains(utf8.count) && allowed && utf8.first != 0x2d && utf8.last != 0x2d
}
