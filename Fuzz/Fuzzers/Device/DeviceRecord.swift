import Primitives

@testable import DeviceWire

/// What stands on a device's flash is refused or kept to the last byte, and every flash boots.
///
/// The input is the flash: two places of 16 bytes, four of 32; each is also read with a checksum that fits.
func fuzzDeviceRecord(_ bytes: Span<UInt8>) {
  var input = InputCursor()
  let mends = input.byte(bytes)
  var places: [[UInt8]] = []
  for (i, size) in [16, 16, 32, 32, 32, 32].enumerated() {
    var place = input.payload(bytes, size)
    if place.count == size, mends >> i & 1 == 1 { mend(&place) }
    holds(place)
    places.append(place)
  }
  let configuration = DeviceConfiguration(
    device: "charger-1",
    key: .zero,
    keySerial: 1,
    firmware: "1.2.0",
    transport: .mqtt,
    channels: [
      ChannelConfiguration(number: 0, maxOnMS: 60_000, resumesAlone: true),
      ChannelConfiguration(number: 200, maxOnMS: 1),
    ]
  )
  let storage = DeviceStorage(
    boot: (places[0], places[1]),
    channels: [(places[2], places[3]), (places[4], places[5])]
  )
  var core = DeviceCore(configuration, storage: storage, nowMS: 1_000)
  for action in core.start() {
    if case .write(let place, let record) = action { written(record, at: place) }
    if case .output(let number, true) = action { expect(number == 0, "an output that must not resume alone does") }
  }
  let ping = DeviceMessage.ping(Ping(channels: core.report()))
  var writer = JSONWriter()
  ping.encode(into: &writer)
  let text = writer.bytes
  expect((try? DeviceMessage(decoding: text.span)) == ping, "after this boot no server understands the device")
  for report in core.report() { expect(report.leftMS ?? 0 <= UInt64(UInt32.max), "more left than a record holds") }
  var now: Int64 = 1_000
  for _ in 0..<50 {
    guard let wake = core.wakeAtMS else { return }
    expect(wake >= now, "woken in the past")
    now = max(now, wake)
    _ = core.tick(nowMS: now)
  }
}

/// What the device writes it must be able to read after the next boot.
private func written(_ record: [UInt8], at place: RecordPlace) {
  switch place {
  case .boot: expect((try? BootRecord(decoding: record.span))?.place == place, "a boot record that is none")
  case .channel: expect((try? ChannelRecord(decoding: record.span))?.place == place, "a channel record that is none")
  }
}

private func mend(_ place: inout [UInt8]) {
  let sum = CRC32.checksum(place.span.extracting(0..<place.count - 4))
  for i in 0..<4 { place[place.count - 4 + i] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * i)) }
}

private func holds(_ place: [UInt8]) {
  if let record = try? BootRecord(decoding: place.span) {
    expect(record.encoded() == place, "a boot record is kept differently")
  }
  if let record = try? ChannelRecord(decoding: place.span) {
    expect(record.encoded() == place, "a channel record is kept differently")
  }
}
