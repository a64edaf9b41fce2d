import Coinslot
import Synchronization

/// The small world that the cases play in: one charger with one output, and money from nowhere.
enum Sample {
  /// Where the wall clock stands at the start.
  static let startMS: Int64 = 1_700_000_000_000
  /// The slot.
  static let slot: SlotID = name("charger")
  /// The machine.
  static let device: DeviceID = name("charger-1")
  /// Its output.
  static let channel = ChannelID(device: device, number: 0)

  /// A name that is known to be one.
  static func name<N: RawRepresentable<String>>(_ text: String) -> N {
    guard let name = N(rawValue: text) else { preconditionFailure("\(text) is no name") }
    return name
  }

  /// One of a few accounts.
  static func account(_ number: Int = 0) -> Account { Account(chain: .nanoSim, canonical: "nano_account\(number)") }

  /// A payment.
  static func payment(
    _ transaction: String,
    _ units: UInt128 = 100,
    to account: Account = account(),
    atMS: Int64 = startMS
  ) -> Payment {
    Payments.make(
      transaction,
      chain: .nanoSim,
      account: account,
      amount: Amount(units),
      earliestAtMS: atMS,
      evidence: "{\"transaction\":\"\(transaction)\"}"
    )
  }

  /// Work for the output.
  static func work(
    _ mode: Dispatch.Mode = .extend,
    ms: UInt64 = 60_000,
    once: Bool = true,
    deadlineMS: Int64 = startMS + 600_000,
    on channel: ChannelID = channel
  ) -> DispatchDraft {
    DispatchDraft(
      channel: channel,
      command: Dispatch.Command(mode: mode, ms: ms, once: once),
      deadlineMS: deadlineMS,
      doubtMS: 600_000
    )
  }

  /// A decision to sell.
  static func sell(
    _ work: DispatchDraft = work(),
    quote: String? = nil,
    price: UInt128 = 90,
    remainder: UInt128 = 10,
    slot: SlotID = slot
  ) -> Decision {
    .sell(
      SaleDraft(
        slot: slot,
        quote: quote,
        purchase: Purchase(ms: work.command.ms),
        price: Amount(price),
        remainder: Amount(remainder),
        work: work
      )
    )
  }
}

extension Ledger {
  /// Admits a payment with a decision that is already made.
  func admit(
    _ payment: Payment,
    _ decision: Decision,
    nowMS: Int64 = Sample.startMS,
    epoch: SessionEpoch? = nil
  ) async throws -> Admission {
    try await admit(
      AdmissionRequest(
        verified: Verified(payment, isBeforeStart: decision == .beforeStart),
        nowMS: nowMS,
        session: { _ in epoch },
        decide: { _, _ in decision }
      )
    )
  }

  /// Admits a payment that buys; gives what it set off.
  func sell(
    _ transaction: String,
    _ units: UInt64 = 100,
    to account: Account = Sample.account(),
    work: DispatchDraft = Sample.work(),
    quote: String? = nil,
    nowMS: Int64 = Sample.startMS,
    epoch: SessionEpoch? = nil,
    file: StaticString = #fileID,
    line: UInt = #line
  ) async throws -> (sale: Sale, dispatch: Dispatch) {
    let admission = try await admit(
      Sample.payment(transaction, UInt128(units), to: account),
      Sample.sell(work, quote: quote),
      nowMS: nowMS,
      epoch: epoch
    )
    guard case .recorded(.sold, let sale?, let dispatch?) = admission else {
      throw LedgerConformance.Broken(description: "\(file):\(line): \(admission) is no sale")
    }
    return (sale, dispatch)
  }

  /// Lets the machine greet; gives the session's number.
  func greet(
    boot: UInt64 = 1,
    key: UInt32 = 1,
    outputs: [OutputState] = [],
    nowMS: Int64 = Sample.startMS,
    file: StaticString = #fileID,
    line: UInt = #line
  ) async throws -> SessionEpoch {
    let verdict = try await receive(
      Greeting(device: Sample.device, keySerial: key, boot: boot, session: nil, firmware: "1.0", outputs: outputs),
      resumeWithinMS: [:],
      nowMS: nowMS
    )
    guard case .welcome(let epoch, _) = verdict.reception else {
      throw LedgerConformance.Broken(description: "\(file):\(line): \(verdict.reception) is no welcome")
    }
    return epoch
  }

  /// Adds the machine and lets it greet.
  func install() async throws -> SessionEpoch {
    _ = try await keep(Sample.device, title: "Charger", nowMS: Sample.startMS)
    return try await greet()
  }

  /// Tells the ledger a word of the machine, as the dispatcher does.
  func hear(
    _ word: Answer.Word,
    _ number: UInt64,
    leftMS: UInt64? = nil,
    nowMS: Int64 = Sample.startMS,
    on channel: ChannelID = Sample.channel
  ) async throws -> [Dispatch] {
    let answer = Answer(channel: channel, number: number, word: word, leftMS: leftMS)
    return try await revise(channel, naming: number, nowMS: nowMS) {
      ChannelWork.heard(answer, among: $0, nowMS: nowMS)
    }
  }

  /// Ends one dispatch as given.
  func end(
    _ id: DispatchID,
    _ outcome: Outcome,
    _ reason: String? = nil,
    nowMS: Int64 = Sample.startMS
  ) async throws -> [Dispatch] {
    try await revise(Sample.channel, naming: nil, nowMS: nowMS) { work in
      work.filter { $0.id == id }.map { $0.ended(outcome, reason, atMS: nowMS) }
    }
  }

  /// All events, page by page.
  func allEvents(file: StaticString = #fileID, line: UInt = #line) async throws -> [Event] {
    var events: [Event] = []
    while true {
      let more = try need(
        try await self.events(after: events.last?.sequence ?? 0, limit: 50),
        "events are gone",
        file: file,
        line: line
      )
      if more.isEmpty { return events }
      events += more
    }
  }

  /// The types of the events after a number.
  func eventTypes(after sequence: Int64) async throws -> [String] {
    try need(try await events(after: sequence, limit: 1_000), "events are gone").map(\.draft.type)
  }

  /// The pot of a payment.
  func standing(of transaction: String) async throws -> Standing {
    try need(
      try await payment(PaymentID(chain: .nanoSim, transaction: transaction)),
      "\(transaction) is not recorded"
    ).standing
  }
}

extension Ledger {
  /// What a decision would see; nothing is recorded.
  func look<T: Sendable>(
    nowMS: Int64 = Sample.startMS,
    _ find: @escaping @Sendable (any LedgerView) throws -> T
  ) async throws -> T {
    let found = Notebook<T>()
    do {
      _ = try await admit(
        AdmissionRequest(
          verified: Verified(Sample.payment("look"), isBeforeStart: false),
          nowMS: nowMS,
          session: { _ in nil },
          decide: { _, view in
            found.note(try find(view))
            throw SeenEnough()
          }
        )
      )
    } catch is SeenEnough {}
    return try need(found.all.last)
  }
}

private struct SeenEnough: Error {}

/// Where decisions leave what they saw.
final class Notebook<Note: Sendable>: Sendable {
  private let notes = Mutex<[Note]>([])
  /// What was noted.
  var all: [Note] { notes.withLock { $0 } }
  /// Notes something.
  func note(_ note: Note) { notes.withLock { $0.append(note) } }
}
