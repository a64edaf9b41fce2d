import Coinslot
import GRDB

extension Tables {
  private static let listing = Listing(
    columns: """
      id, sequence, sale, slot, device, output, mode, ms, once, deadline_at_ms, doubt_ms, created_at_ms, number, state, \
      attempts, next_at_ms, accepted_at_ms, left_ms, left_at_ms, outcome, reason, ended_at_ms
      """,
    source: "dispatch",
    time: "created_at_ms",
    name: "id",
    prefix: "dsp_"
  )
  private static let select = "SELECT \(listing.columns) FROM dispatch"

  /// One dispatch.
  func dispatch(_ id: DispatchID) throws -> Dispatch? {
    try first("\(Self.select) WHERE id = ?", [id.rawValue]) { try Dispatch(&$0) }
  }

  /// The work of a sale.
  func dispatch(of sale: SaleID) throws -> Dispatch? {
    try first("\(Self.select) WHERE sale = ?", [sale.rawValue]) { try Dispatch(&$0) }
  }

  /// The dispatch that has this number on an output.
  func dispatch(numbered number: UInt64, on channel: ChannelID) throws -> Dispatch? {
    try first(
      "\(Self.select) WHERE device = ? AND output = ? AND number = ?",
      [channel.device.rawValue, Int(channel.number), number.column]
    ) { try Dispatch(&$0) }
  }

  /// Dispatches, newest first.
  func dispatches(_ page: Page, device: DeviceID?) throws -> Paged<Dispatch> {
    try list(
      page,
      Self.listing,
      only: device.map { _ in "device = ?" },
      device.map { [$0.rawValue] } ?? [],
      read: { try Dispatch(&$0) },
      place: { PagePlace(atMS: $0.createdAtMS, id: $0.id.rawValue) }
    )
  }

  /// An output's open work, lowest sequence first; bounded because what is added is.
  func openWork(on channel: ChannelID) throws -> [Dispatch] {
    try all(
      "\(Self.select) WHERE device = ? AND output = ? AND state <> 'settled' ORDER BY sequence",
      [channel.device.rawValue, Int(channel.number)]
    ) { try Dispatch(&$0) }
  }

  /// An output's open work and the dispatch with this number, lowest sequence first.
  func work(on channel: ChannelID, naming number: UInt64?) throws -> [Dispatch] {
    let open = try openWork(on: channel)
    guard let number, !open.contains(where: { $0.number == number }),
      let named = try dispatch(numbered: number, on: channel)
    else { return open }
    return (open + [named]).sorted { $0.sequence < $1.sequence }
  }

  /// Outputs that have open work.
  func busyChannels() throws -> [ChannelID] {
    try all("SELECT DISTINCT device, output FROM dispatch WHERE state <> 'settled' ORDER BY device, output") {
      try $0.channelID()
    }
  }

  /// Records work; gives it with its sequence.
  func insert(
    _ draft: DispatchDraft,
    id: DispatchID,
    sale: SaleID?,
    slot: SlotID?,
    createdAtMS: Int64
  ) throws -> Dispatch {
    let sequence = try insert(
      row: """
        INSERT INTO dispatch (
          id, sale, slot, device, output, mode, ms, once, deadline_at_ms, doubt_ms, created_at_ms, state, attempts,
          next_at_ms
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
        """,
      [
        id.rawValue, sale?.rawValue, slot?.rawValue, draft.channel.device.rawValue, Int(draft.channel.number),
        draft.command.mode.rawValue, draft.command.ms.column, draft.command.once, draft.deadlineMS, draft.doubtMS,
        createdAtMS, Dispatch.State.waiting.rawValue, createdAtMS,
      ]
    )
    return Dispatch(
      id: id,
      sequence: sequence,
      sale: sale,
      slot: slot,
      channel: draft.channel,
      command: draft.command,
      deadlineMS: draft.deadlineMS,
      doubtMS: draft.doubtMS,
      createdAtMS: createdAtMS,
      nextAtMS: createdAtMS
    )
  }

  /// Keeps how a dispatch stands.
  func update(_ dispatch: Dispatch) throws {
    try run(
      """
      UPDATE dispatch SET number = ?, state = ?, attempts = ?, next_at_ms = ?, accepted_at_ms = ?, left_ms = ?,
        left_at_ms = ?, outcome = ?, reason = ?, ended_at_ms = ?
      WHERE sequence = ?
      """,
      [
        dispatch.number?.column, dispatch.state.rawValue, dispatch.attempts, dispatch.nextAtMS, dispatch.acceptedAtMS,
        dispatch.leftMS?.column, dispatch.leftAtMS, dispatch.outcome?.rawValue, dispatch.reason, dispatch.endedAtMS,
        dispatch.sequence,
      ]
    )
  }
}

extension Dispatch {
  init(_ row: inout RowReader) throws {
    self.init(
      id: try row.word(DispatchID.self),
      sequence: try row.int64(),
      sale: try row.wordIfAny(SaleID.self),
      slot: try row.wordIfAny(SlotID.self),
      channel: try row.channelID(),
      command: Command(mode: try row.word(Mode.self), ms: try row.uint64(), once: try row.bool()),
      deadlineMS: try row.int64(),
      doubtMS: try row.int64(),
      createdAtMS: try row.int64(),
      number: try row.uint64IfAny(),
      state: try row.word(State.self),
      attempts: try row.int(),
      nextAtMS: try row.int64(),
      acceptedAtMS: try row.int64IfAny(),
      leftMS: try row.uint64IfAny(),
      leftAtMS: try row.int64IfAny(),
      outcome: try row.wordIfAny(Outcome.self),
      reason: try row.textIfAny(),
      endedAtMS: try row.int64IfAny()
    )
  }
}

extension RowReader {
  /// The next two columns as an output.
  mutating func channelID() throws -> ChannelID {
    let device = try word(DeviceID.self)
    let number = try int64()
    return ChannelID(device: device, number: try required(UInt8(exactly: number), "an output's number"))
  }
}
