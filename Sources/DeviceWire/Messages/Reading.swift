import Primitives

/// Device → server: a measured value. `{"reading":{"name":"temperature","value":"21.5","unit":"°C","at":120500}}`
public struct Reading: Hashable, Sendable {
  /// What was measured, 1 to 32 bytes.
  public let name: WireText
  /// The value as the device writes it, up to 64 bytes: a text, so that no digit is invented or lost.
  public let value: WireText
  /// Its unit, up to 16 bytes; empty where there is none.
  public let unit: WireText
  /// When, milliseconds on the device's own clock.
  public let atMS: UInt64

  static let nameLimit = 32
  static let valueLimit = 64
  static let unitLimit = 16

  /// A reading; nil where a text is longer than allowed or the name is empty.
  public init?(name: WireText, value: WireText, unit: WireText, atMS: UInt64) {
    guard (1...Reading.nameLimit).contains(name.utf8.count), value.utf8.count <= Reading.valueLimit,
      unit.utf8.count <= Reading.unitLimit, atMS <= Wire.greatest
    else { return nil }
    self.name = name
    self.value = value
    self.unit = unit
    self.atMS = atMS
  }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var name: WireText?
    var value: WireText?
    var unit: WireText?
    var atMS: UInt64?
    try reader.beginObject(in: json)
    while let key = try reader.key(in: json) {
      if key.equals("name", in: json) {
        try reader.read(&name, limit: Reading.nameLimit, in: json)
      } else if key.equals("value", in: json) {
        try reader.read(&value, limit: Reading.valueLimit, in: json)
      } else if key.equals("unit", in: json) {
        try reader.read(&unit, limit: Reading.unitLimit, in: json)
      } else if key.equals("at", in: json) {
        try reader.read(&atMS, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let name, let value, let atMS, let reading = Reading(name: name, value: value, unit: unit ?? "", atMS: atMS)
    else { throw Malformed() }
    self = reading
  }

  func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("name")
    writer.string(utf8: name.utf8.span)
    writer.key("value")
    writer.string(utf8: value.utf8.span)
    writer.key("unit")
    writer.string(utf8: unit.utf8.span)
    writer.key("at")
    writer.number(atMS)
    writer.endObject()
  }
}
