import Coinslot
import GRDB

extension Tables {
  private static let deviceColumns = "id, title, standing, key_serials, boot, session, epoch, firmware, last_seen_at_ms"
  private static let channelColumns = "device, output, next, acknowledged, held_because"

  /// Devices by name.
  func devices() throws -> [Device] {
    try all("SELECT \(Self.deviceColumns) FROM device ORDER BY id") { try Device(&$0) }
  }

  /// One device.
  func device(_ id: DeviceID) throws -> Device? {
    try first("SELECT \(Self.deviceColumns) FROM device WHERE id = ?", [id.rawValue]) { try Device(&$0) }
  }

  /// Records a device, or how it is now.
  func keep(_ device: Device) throws {
    try run(
      """
      INSERT INTO device (id, title, standing, key_serials, boot, session, epoch, firmware, last_seen_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET title = excluded.title, standing = excluded.standing,
        key_serials = excluded.key_serials, boot = excluded.boot, session = excluded.session,
        epoch = excluded.epoch, firmware = excluded.firmware, last_seen_at_ms = excluded.last_seen_at_ms
      """,
      [
        device.id.rawValue, device.title, device.standing.rawValue,
        device.keySerials.map(String.init).joined(separator: ","), device.boot.column,
        device.session?.column, device.epoch.column, device.firmware, device.lastSeenMS,
      ]
    )
  }

  /// The outputs of a device that were ever used.
  func channels(of device: DeviceID) throws -> [Channel] {
    try all("SELECT \(Self.channelColumns) FROM channel WHERE device = ? ORDER BY output", [device.rawValue]) {
      try Channel(&$0)
    }
  }

  /// An output, fresh if never used.
  func channel(_ id: ChannelID) throws -> Channel {
    try first(
      "SELECT \(Self.channelColumns) FROM channel WHERE device = ? AND output = ?",
      [id.device.rawValue, Int(id.number)]
    ) { try Channel(&$0) } ?? Channel(id: id)
  }

  /// Records how an output is now.
  func keep(_ channel: Channel) throws {
    try run(
      """
      INSERT INTO channel (device, output, next, acknowledged, held_because) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (device, output) DO UPDATE SET next = excluded.next, acknowledged = excluded.acknowledged,
        held_because = excluded.held_because
      """,
      [
        channel.id.device.rawValue, Int(channel.id.number), channel.next.column, channel.acknowledged.column,
        channel.heldBecause,
      ]
    )
  }
}

extension Device {
  init(_ row: inout RowReader) throws {
    let id = try row.word(DeviceID.self)
    let title = try row.text()
    let standing = try row.word(Standing.self)
    let texts = try row.text().split(separator: ",")
    let serials = texts.compactMap { UInt32($0) }
    guard serials.count == texts.count else { throw BadRow(column: 3, wanted: "serials of keys") }
    self.init(
      id: id,
      title: title,
      standing: standing,
      keySerials: serials,
      boot: try row.uint64(),
      session: try row.uint64IfAny(),
      epoch: try row.uint64(),
      firmware: try row.textIfAny(),
      lastSeenMS: try row.int64IfAny()
    )
  }
}

extension Channel {
  init(_ row: inout RowReader) throws {
    self.init(
      id: try row.channelID(),
      next: try row.uint64(),
      acknowledged: try row.uint64(),
      heldBecause: try row.textIfAny()
    )
  }
}
