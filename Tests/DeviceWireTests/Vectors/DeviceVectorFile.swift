import DeviceWire
import Primitives

/// `device.json` as this implementation makes it.
enum DeviceVectorFile {
  static var value: JSONValue {
    [
      "about": about, "keys": .array(keys), "frames": .array(frames), "messages": .array(messages),
      "records": .array(records), "newest": .array(newest),
      "conversations": .array(Conversations.all.map(\.value)),
    ]
  }

  private static let about: JSONValue = [
    "The device link, version 1: vectors for every client. Made with the Swift implementation, checked by check_device.py.",
    "keys: both session keys from the device key, the nonces, the device's id and the key's serial.",
    "frames: opened with this key over this transport after a last counter; json is what is inside, refused why not.",
    "messages: what the side `to` makes of a JSON text; means is the message spelt as we spell it, unknown the name to answer with.",
    "records: what a device keeps on its flash, in hex; newest: which of two places counts, -1 for none.",
    "conversations: events with their monotonic time in ms and the actions they bring, in order. flash is what boot finds at first; a write changes it; each later boot finds what was written. power_fails_after: only so many of the actions are carried out, then the power is gone. wake: when tick must come next, null for never.",
  ]

  // MARK: - Keys and frames

  private static func nonce(_ first: UInt8) -> [UInt8] { (0..<16).map { first + $0 } }

  private static var keys: [JSONValue] {
    func key(_ deviceKey: [UInt8], _ sn: [UInt8], _ dn: [UInt8], _ device: String, _ serial: UInt32) -> JSONValue {
      guard let secret = Bytes32(deviceKey), let server = SessionNonce(sn), let own = SessionNonce(dn) else {
        return .null
      }
      let keys = SessionKeys(
        deviceKey: secret,
        device: WireText(device),
        serial: serial,
        serverNonce: server,
        deviceNonce: own
      )
      return [
        "device_key": .string(Hex.encode(deviceKey)), "sn": .string(Hex.encode(sn)), "dn": .string(Hex.encode(dn)),
        "device": .string(device), "serial": .number(serial), "t1": .string(keys.up.hex()),
        "t2": .string(keys.down.hex()),
      ]
    }
    return [
      key(Script.deviceKey, nonce(0xa0), nonce(0xb0), "charger-1", 1),
      key(Script.deviceKey, nonce(0xa0), nonce(0xb0), "charger-1", 2),
      key(Script.deviceKey, nonce(0xa0), nonce(0xb0), "charger-", 11),
      key([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 16), [UInt8](repeating: 0, count: 16), "a", 1),
      key(
        [UInt8](repeating: 255, count: 32),
        nonce(0),
        SessionNonce(boot: 118, session: 3).bytes,
        String(repeating: "z", count: 64),
        .max
      ),
    ]
  }

  /// The published frame key: T2 of the first of `keys`.
  private static let down = "ce1d735420fe56b9cdb5fb8ee6f6744b5a88f11d3d31d97ddcc71822fa015f7f"

  private static var frames: [JSONValue] {
    let key = (try? Hex.decode(down)) ?? []
    func sealed(_ body: String) -> String { Hex.encode(HMACSHA256.code(key: key, body.utf8).prefix(16)) + " " + body }
    func frame(_ name: String, _ text: String, _ transport: LinkTransport = .webSocket, last: UInt64 = 1) -> JSONValue {
      var members: [JSONValue.Member] = [
        .init("name", .string(name)), .init("key", .string(down)),
        .init("transport", transport == .mqtt ? "mqtt" : "websocket"), .init("last", .number(last)),
        .init("frame", .string(text)),
      ]
      members += verdict(Array(text.utf8), key: key, transport: transport, last: last)
      return .object(members)
    }
    let run = #"2 {"run":{"id":"dsp_1","c":0,"n":42,"mode":"new","ms":600000,"once":true,"at":1,"life":90000}}"#
    let good = sealed(run)
    let full = #"2 {"x":"\#(String(repeating: "x", count: 1_024 - 33 - 10))"}"#
    return [
      frame("the published frame", good),
      frame("the same over MQTT", good, .mqtt),
      frame("counter again, WebSocket", good, last: 2), frame("counter again, MQTT", good, .mqtt, last: 2),
      frame("counter behind, MQTT", good, .mqtt, last: 3), frame("counter leaps, WebSocket", good, last: 0),
      frame("counter leaps, MQTT", good, .mqtt, last: 0),
      frame("a digit of the MAC is wrong", (good.first == "0" ? "1" : "0") + good.dropFirst()),
      frame("a byte of the JSON is wrong", good.replacing("42", with: "43")),
      frame("the counter was changed", sealed(run).replacing(" 2 {", with: " 3 {"), last: 2),
      frame("the MAC in capitals", good.prefix(32).uppercased() + good.dropFirst(32)),
      frame("the MAC cut to 31 digits", String(good.dropFirst())),
      frame("the last byte is missing", String(good.dropLast())), frame("a line feed behind", good + "\n"),
      frame("no space behind the MAC", good.replacing("c 2 {", with: "c_2 {")), frame("nothing", ""),
      frame("only a MAC", String(good.prefix(32))), frame("sealed, empty", sealed("")),
      frame("sealed, no JSON part", sealed("2")),
      frame("sealed, counter 0", sealed("0 {}"), .mqtt, last: 0),
      frame("sealed, counter 02", sealed("02 {}")), frame("sealed, counter +2", sealed("+2 {}")),
      frame("sealed, counter beyond 64 bits", sealed("18446744073709551616 {}"), .mqtt),
      frame("sealed, the greatest counter", sealed("18446744073709551615 {}"), .mqtt),
      frame("sealed, no JSON", sealed("2 {")), frame("sealed, JSON and more", sealed("2 {} {}")),
      frame("sealed, empty JSON part", sealed("2 ")), frame("sealed, white space around", sealed("2  {} ")),
      frame("1,024 bytes", sealed(full)), frame("1,025 bytes", sealed(full + " ")),
      frame("UTF-8", sealed(#"2 {"reading":{"name":"t","value":"1","unit":"°C","at":5}}"#)),
      frame("a lone surrogate", sealed(#"2 {"x":"\ud800"}"#)),
    ]
  }

  /// What opening a frame gives: `counter` and `json`, or `refused`.
  static func verdict(_ frame: [UInt8], key: [UInt8], transport: LinkTransport, last: UInt64) -> [JSONValue.Member] {
    do {
      guard let key = Bytes32(key) else { return [] }
      let opened = try Frame.open(frame.span, key: FrameKey(key))
      guard transport.takes(opened.counter, after: last) else {
        throw LinkRefusal.badCounter(last: last, got: opened.counter)
      }
      let json = Array(frame[opened.json])
      do { _ = try ServerMessage(decoding: json.span) } catch MessageRefusal.notJSON(let why) {
        throw LinkRefusal.notJSON(why)
      } catch {}
      return [
        .init("counter", .number(opened.counter)), .init("json", .string(String(decoding: json, as: UTF8.self))),
      ]
    } catch {
      let word =
        switch error as? LinkRefusal {
        case .tooLong: "too long"
        case .malformed: "malformed"
        case .badMAC: "bad mac"
        case .badCounter: "bad counter"
        case .notJSON: "not json"
        default: "?"
        }
      return [.init("refused", .string(word))]
    }
  }

  // MARK: - Messages

  private static var messages: [JSONValue] {
    let toDevice =
      MessageTests.fromServer.map(\.0) + [
        #"{"x":1,"stop":{"n":43,"extra":[1,{"n":2}],"c":0},"y":{"stop":1}}"#,
        #" { "\u0073top" : { "\u0063" : 0 , "n" : 43 } } "#, #"{"dance":1}"#, "{}", "5", "[]", #""stop""#,
        #"{"Stop":{"c":0,"n":1}}"#, #"{"hello":{}}"#, #"{"stop":{"c":0,"n":1},"go":1}"#, #"{"käse":1}"#,
        #"{"a name of more than thirty-two bytes":1}"#, #"{"stop":{}}"#, #"{"stop":5}"#, #"{"stop":{"c":0,"n":0}}"#,
        #"{"stop":{"c":0,"n":-1}}"#, #"{"stop":{"c":0,"n":1.0}}"#, #"{"stop":{"c":0,"n":1e3}}"#,
        #"{"stop":{"c":0,"n":"1"}}"#, #"{"stop":{"c":256,"n":1}}"#, #"{"stop":{"c":0,"n":9007199254740992}}"#,
        #"{"stop":{"c":0,"c":0,"n":1}}"#, #"{"stop":{"c":true,"n":1}}"#, #"{"go":0}"#, #"{"go":"1"}"#,
        #"{"go":1,"c":"x"}"#, #"{"pong":0}"#, #"{"unknown":5}"#,
        #"{"run":{"id":"","c":0,"n":1,"mode":"new","ms":1,"once":true,"at":1,"life":1}}"#,
        #"{"run":{"id":"d","c":0,"n":1,"mode":"stop","ms":1,"once":true,"at":1,"life":1}}"#,
        #"{"run":{"id":"d","c":0,"n":1,"mode":"new","ms":0,"once":true,"at":1,"life":1}}"#,
        #"{"run":{"id":"d","c":0,"n":1,"mode":"new","ms":1,"once":1,"at":1,"life":1}}"#,
        #"{"run":{"id":"d","c":0,"n":1,"mode":"new","ms":1,"once":true,"at":1}}"#,
        #"{"run":{"id":"d","c":0,"n":1,"mode":"new","ms":1,"once":true,"at":1,"life":1,"wait":1}}"#,
        #"{"welcome":{"srv":1,"ch":[{"c":0,"do":"resume"}]}}"#, #"{"welcome":{"srv":1,"ch":[{"c":0,"do":"go"}]}}"#,
        #"{"welcome":{"srv":1,"ch":[{"c":0,"do":"ok"},{"c":0,"do":"stop"}]}}"#, #"{"welcome":{"srv":1}}"#, "", "{",
        #"{"stop":{"c":0,"n":01}}"#, #"{"stop":{"c":0,"n":1}} x"#, #"{"stop":{"c":0,"n":1},}"#, #"{"x":"\ud800"}"#,
        #"{"x":[[[[[[[[1]]]]]]]]}"#,
      ]
    let toServer =
      MessageTests.fromDevice.map(\.0) + [
        #"{"ack":{"c":0,"n":42,"is":"partly","left":0}}"#, #"{"ack":{"c":0,"is":"done"}}"#,
        #"{"ping":{"ch":[{"c":0,"n":1,"is":""}]}}"#,
        #"{"ping":{"ch":[{"c":0,"n":1,"is":"x"},{"c":0,"n":1,"is":"x"}]}}"#,
        #"{"reading":{"name":"","value":"1","unit":"","at":1}}"#,
        #"{"reading":{"name":"n","value":1,"unit":"","at":1}}"#,
        #"{"run":{}}"#,
        #"{"hello":{"dev":"d","key":0,"dn":"00000000000000000000000000000000","boot":1,"fw":"","ch":[]}}"#,
        #"{"hello":{"dev":"d","key":1,"dn":"0000","boot":1,"fw":"","ch":[]}}"#,
      ]
    return toDevice.map { message($0, to: "device") } + toServer.map { message($0, to: "server") }
  }

  private static func message(_ json: String, to side: String) -> JSONValue {
    .object(
      [.init("to", .string(side)), .init("json", .string(json))] + meaning(of: Array(json.utf8), to: side)
    )
  }

  /// What a text means to a side: `means`, `unknown` or `not_json`.
  static func meaning(of json: [UInt8], to side: String) -> [JSONValue.Member] {
    var writer = JSONWriter()
    do {
      if side == "device" {
        try ServerMessage(decoding: json.span).encode(into: &writer)
      } else {
        try DeviceMessage(decoding: json.span).encode(into: &writer)
      }
      return [.init("means", .string(String(decoding: writer.bytes, as: UTF8.self)))]
    } catch MessageRefusal.notUnderstood(let name) {
      return [.init("unknown", .string(name.string))]
    } catch {
      return [.init("not_json", true)]
    }
  }

  // MARK: - Records

  private static func channel(
    _ number: UInt64,
    _ state: ChannelRecord.State,
    left: UInt32,
    sequence: UInt32 = 1,
    c: UInt8 = 0,
    id: WireText = "dsp_1"
  ) -> [UInt8] {
    ChannelRecord(
      channel: c,
      sequence: sequence,
      number: number,
      id: ChannelRecord.digest(of: id),
      state: state,
      leftMS: left
    ).encoded()
  }

  private static var records: [JSONValue] {
    var list: [JSONValue] = []
    let states: [(String, ChannelRecord.State)] = [
      ("waiting", .waiting), ("armed", .armed), ("running", .running), ("done", .done), ("failed", .failed),
      ("expired", .expired), ("stopped", .stopped), ("unknown", .unknown),
    ]
    for (i, (name, state)) in states.enumerated() {
      let sequence = UInt32(i) * 0x1111_1111
      let bytes = channel(
        UInt64(42 + i),
        state,
        left: UInt32(i) * 1_000,
        sequence: sequence,
        c: UInt8(i),
        id: WireText("dsp_\(i)")
      )
      list.append([
        "kind": "channel", "hex": .string(Hex.encode(bytes)), "c": .number(i), "state": .string(name),
        "sequence": .number(sequence), "n": .number(42 + i), "id": .string("dsp_\(i)"), "left": .number(i * 1_000),
      ])
    }
    let top = channel(Wire.greatest, .done, left: .max, sequence: .max, c: 255, id: "")
    list.append([
      "kind": "channel", "hex": .string(Hex.encode(top)), "c": 255, "state": "done", "sequence": .number(UInt32.max),
      "n": .number(Wire.greatest), "id": "", "left": .number(UInt32.max),
    ])
    for boot in [1, 118, Wire.greatest] as [UInt64] {
      list.append([
        "kind": "boot", "hex": .string(Hex.encode(BootRecord(boot: boot).encoded())), "boot": .number(boot),
      ])
    }
    let good = channel(42, .armed, left: 0)
    let boot = BootRecord(boot: 118).encoded()
    var rotten = good
    rotten[15] ^= 0x10
    for (kind, bytes) in [
      ("channel", rotten), ("channel", Array(good.dropLast())), ("channel", good + [0]), ("channel", []),
      ("channel", [UInt8](repeating: 0, count: 32)), ("channel", [UInt8](repeating: 0xff, count: 32)),
      ("channel", resealed(good, 0, 2)), ("channel", resealed(good, 1, 0x42)), ("channel", resealed(good, 3, 0)),
      ("channel", resealed(good, 3, 9)), ("boot", Array(boot.dropLast())), ("boot", [UInt8](repeating: 0, count: 16)),
      ("boot", resealed(boot, 3, 1)), ("boot", resealed(boot, 1, 0x43)),
    ] {
      list.append(["kind": .string(kind), "hex": .string(Hex.encode(bytes)), "refused": true])
    }
    return list
  }

  private static func resealed(_ bytes: [UInt8], _ index: Int, _ value: UInt8) -> [UInt8] {
    var head = Array(bytes.dropLast(4))
    head[index] = value
    let sum = CRC32.checksum(head.span)
    return head + (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * $0)) }
  }

  private static var newest: [JSONValue] {
    func entry(_ first: [UInt8]?, _ second: [UInt8]?) -> JSONValue {
      let chosen = ChannelRecord.newest(of: 0, first, second)?.encoded()
      let index = chosen == nil ? -1 : (chosen == first ? 0 : 1)
      func place(_ bytes: [UInt8]?) -> JSONValue { bytes.map { .string(Hex.encode($0)) } ?? .null }
      return ["c": 0, "places": [place(first), place(second)], "newest": .number(index)]
    }
    let a = channel(42, .armed, left: 5, sequence: 8)
    let b = channel(42, .running, left: 4, sequence: 9)
    let old = channel(42, .done, left: 0, sequence: .max - 1)
    return [
      entry(a, b), entry(a, nil), entry(nil, b), entry(nil, nil), entry(a, Array(b.prefix(20))),
      entry(channel(43, .armed, left: 1, sequence: 10), b),
      entry(channel(43, .armed, left: 1, sequence: 0), channel(42, .done, left: 0, sequence: .max)),
      entry(old, channel(42, .done, left: 0, sequence: 1)), entry(channel(42, .armed, left: 5, sequence: 8, c: 1), b),
      entry(channel(42, .armed, left: 5, sequence: 8, c: 1), nil),
    ]
  }
}

extension JSONValue {
  /// JSON that a person can read and a line-by-line comparison can follow: what is short stands on one line.
  func laidOut(indent: Int = 0, width: Int = 120) -> String {
    let line = text(style: .spaced)
    let pad = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    if line.utf8.count + indent <= width { return line }
    switch self {
    case .object(let members) where !members.isEmpty:
      let rows = members.map {
        pad + JSONValue.string($0.key).text() + ": " + $0.value.laidOut(indent: indent + 2, width: width)
      }
      return "{\n" + rows.joined(separator: ",\n") + end + "}"
    case .array(let elements) where !elements.isEmpty:
      let rows = elements.map { pad + $0.laidOut(indent: indent + 2, width: width) }
      return "[\n" + rows.joined(separator: ",\n") + end + "]"
    default: return line
    }
  }
}
