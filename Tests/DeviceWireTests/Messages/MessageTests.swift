import DeviceWire
import Primitives
import Testing

/// Every message both ways: read, and written to the same bytes.
@Suite struct MessageTests {
  static let fromServer: [(String, ServerMessage)] = [
    (
      #"{"welcome":{"srv":7,"ch":[{"c":0,"do":"ok"},{"c":1,"do":"resume","left":300000},{"c":2,"do":"stop"}]}}"#,
      .welcome(
        Welcome(
          epoch: 7,
          channels: [
            Welcome.Instruction(channel: 0, order: .ok),
            Welcome.Instruction(channel: 1, order: .resume(leftMS: 300_000)),
            Welcome.Instruction(channel: 2, order: .stop),
          ]
        )
      )
    ),
    (#"{"welcome":{"srv":0,"ch":[]}}"#, .welcome(Welcome(epoch: 0, channels: []))),
    (
      #"{"run":{"id":"dsp_1","c":0,"n":42,"mode":"new","ms":600000,"once":true,"at":1,"life":90000}}"#,
      .run(Run(id: "dsp_1", channel: 0, number: 42, mode: .new, ms: 600_000, once: true, at: 1, lifeMS: 90_000))
    ),
    (
      #"{"run":{"id":"d","c":255,"n":9007199254740991,"mode":"extend","ms":1,"once":false,"at":9,"life":0,"wait":true}}"#,
      .run(
        Run(
          id: "d",
          channel: 255,
          number: Wire.greatest,
          mode: .extend,
          ms: 1,
          once: false,
          at: 9,
          lifeMS: 0,
          waits: true
        )
      )
    ),
    (
      #"{"run":{"id":"d","c":1,"n":1,"mode":"replace","ms":1,"once":false,"at":9,"life":1}}"#,
      .run(Run(id: "d", channel: 1, number: 1, mode: .replace, ms: 1, once: false, at: 9, lifeMS: 1))
    ),
    (#"{"go":42}"#, .go(Go(number: 42))),
    (#"{"go":42,"c":3}"#, .go(Go(number: 42, channel: 3))),
    (#"{"stop":{"c":0,"n":43}}"#, .stop(Stop(channel: 0, number: 43))),
    (#"{"pong":7}"#, .pong(Pong(counter: 7))),
    (#"{"unknown":"dance"}"#, .unknown(Unknown(name: "dance"))),
    (#"{"unknown":""}"#, .unknown(Unknown(name: ""))),
  ]

  static let temperature = {
    guard let reading = Reading(name: "temperature", value: "21.5", unit: "°C", atMS: 120_500) else {
      preconditionFailure("the texts are short")
    }
    return reading
  }()

  static let running = ChannelReport(channel: 0, number: 41, says: "running", leftMS: 312_000)

  static let fromDevice: [(String, DeviceMessage)] = [
    (
      #"{"hello":{"dev":"charger-1","key":1,"dn":"000102030405060708090a0b0c0d0e0f","boot":118,"fw":"1.2.0","ch":[{"c":0,"n":41,"is":"running","left":312000}]}}"#,
      .hello(
        Hello(
          device: "charger-1",
          keySerial: 1,
          deviceNonce: SessionNonce(boot: 0x0001_0203_0405_0607, session: 0x0809_0a0b_0c0d_0e0f),
          boot: 118,
          firmware: "1.2.0",
          channels: [running]
        )
      )
    ),
    (#"{"ping":{"ch":[{"c":0,"n":41,"is":"running","left":312000}]}}"#, .ping(Ping(channels: [running]))),
    (
      #"{"ping":{"ch":[{"c":0,"n":0,"is":"a new word"}]}}"#,
      .ping(Ping(channels: [ChannelReport(channel: 0, number: 0, says: "a new word", leftMS: nil)]))
    ),
    (#"{"ping":{"ch":[]}}"#, .ping(Ping(channels: []))),
    (
      #"{"ack":{"c":0,"n":42,"is":"accepted","left":600000}}"#,
      .ack(Ack(channel: 0, number: 42, word: .accepted, leftMS: 600_000))
    ),
    (
      #"{"ack":{"c":0,"n":42,"is":"done","left":0,"again":true}}"#,
      .ack(Ack(channel: 0, number: 42, word: .done, leftMS: 0, again: true))
    ),
    (
      #"{"reading":{"name":"temperature","value":"21.5","unit":"°C","at":120500}}"#,
      .reading(temperature)
    ),
    (#"{"unknown":"dance"}"#, .unknown(Unknown(name: "dance"))),
  ]

  private func text(_ encode: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    encode(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test(arguments: fromServer)
  func serversAreReadAndWritten(_ json: String, _ message: ServerMessage) throws {
    #expect(try ServerMessage(decoding: json) == message)
    #expect(text { message.encode(into: &$0) } == json)
  }

  @Test(arguments: fromDevice)
  func devicesAreReadAndWritten(_ json: String, _ message: DeviceMessage) throws {
    #expect(try DeviceMessage(decoding: json) == message)
    #expect(text { message.encode(into: &$0) } == json)
  }

  @Test func allWordsTravel() throws {
    for word in Ack.Word.allCases {
      let message = DeviceMessage.ack(Ack(channel: 1, number: 2, word: word, leftMS: nil))
      let json = text { message.encode(into: &$0) }
      #expect(json == #"{"ack":{"c":1,"n":2,"is":"\#(word.text)"}}"#)
      #expect(try DeviceMessage(decoding: json) == message)
    }
  }

  @Test(arguments: [
    #"{"x":1,"stop":{"n":43,"extra":[1,{"n":2}],"c":0},"y":{"stop":1}}"#, #" { "stop" : { "c" : 0 , "n" : 43 } } "#,
    #"{"\u0073top":{"\u0063":0,"n":43}}"#,
  ])
  func unknownMembersAreIgnored(_ json: String) throws {
    #expect(try ServerMessage(decoding: json) == .stop(Stop(channel: 0, number: 43)))
  }

  @Test(arguments: [
    (#"{"dance":1}"#, "dance"), (#"{}"#, ""), ("5", ""), ("[]", ""), (#""stop""#, ""),
    (#"{"Stop":{"c":0,"n":1}}"#, "Stop"),
    (#"{"hello":{}}"#, "hello"), (#"{"challenge":"00"}"#, "challenge"), (#"{"x":1,"dance":2}"#, "x"),
    (#"{"stop":{"c":0,"n":1},"go":1}"#, "stop"), (#"{"x":0,"stop":{"c":0,"n":1},"stop":{"c":0,"n":1}}"#, "x"),
    (#"{"a name of more than thirty-two bytes":1}"#, ""), (#"{"käse":1}"#, "käse"),
  ])
  func anUnknownMessageIsNamed(_ json: String, _ name: String) {
    let refusal = MessageRefusal.notUnderstood(WireText(name))
    #expect(throws: refusal) { try ServerMessage(decoding: json) }
  }

  @Test(arguments: [
    #"{"stop":{}}"#, #"{"stop":5}"#, #"{"stop":null}"#, #"{"stop":[]}"#, #"{"stop":{"c":0}}"#, #"{"stop":{"n":1}}"#,
    #"{"stop":{"c":0,"n":0}}"#, #"{"stop":{"c":0,"n":-1}}"#, #"{"stop":{"c":0,"n":1.0}}"#, #"{"stop":{"c":0,"n":1e3}}"#,
    #"{"stop":{"c":0,"n":"1"}}"#, #"{"stop":{"c":256,"n":1}}"#, #"{"stop":{"c":0,"n":9007199254740992}}"#,
    #"{"stop":{"c":0,"n":99999999999999999999}}"#, #"{"stop":{"c":0,"c":0,"n":1}}"#, #"{"stop":{"c":0,"n":1,"n":2}}"#,
    #"{"stop":{"c":true,"n":1}}"#, #"{"stop":{"c":null,"n":1}}"#,
  ])
  func wrongContentIsRefused(_ json: String) {
    #expect(throws: MessageRefusal.notUnderstood("stop")) { try ServerMessage(decoding: json) }
  }

  static let rightRun = [
    ("id", #""d""#), ("c", "0"), ("n", "1"), ("mode", #""new""#), ("ms", "1"), ("once", "true"), ("at", "1"),
    ("life", "1"),
  ]

  @Test func aRunNeedsAllItsMembers() throws {
    func json(_ members: [(String, String)]) -> String {
      #"{"run":{"# + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}}"
    }
    #expect(throws: Never.self) { try ServerMessage(decoding: json(Self.rightRun)) }
    for i in Self.rightRun.indices {
      var members = Self.rightRun
      members.remove(at: i)
      #expect(throws: MessageRefusal.notUnderstood("run")) { try ServerMessage(decoding: json(members)) }
    }
    let wrong = [
      ("id", #""""#), ("id", "\"\(String(repeating: "x", count: 65))\""), ("id", "1"), ("mode", #""stop""#),
      ("mode", #""New""#), ("ms", "0"), ("ms", "9007199254740992"), ("once", "1"), ("once", #""true""#), ("at", "-1"),
      ("life", "-1"), ("life", "0.5"),
    ]
    for (key, value) in wrong {
      let members = Self.rightRun.map { $0.0 == key ? (key, value) : $0 }
      #expect(throws: MessageRefusal.notUnderstood("run")) { try ServerMessage(decoding: json(members)) }
    }
    #expect(throws: MessageRefusal.notUnderstood("run")) {
      try ServerMessage(decoding: json(Self.rightRun + [("wait", "1")]))
    }
  }

  @Test(arguments: [
    #"{"welcome":{"srv":1,"ch":[{"c":0,"do":"resume"}]}}"#, #"{"welcome":{"srv":1,"ch":[{"c":0,"do":"go"}]}}"#,
    #"{"welcome":{"srv":1,"ch":[{"do":"ok"}]}}"#, #"{"welcome":{"srv":1,"ch":[{"c":0}]}}"#, #"{"welcome":{"srv":1}}"#,
    #"{"welcome":{"ch":[]}}"#, #"{"welcome":{"srv":1,"ch":[0]}}"#,
    #"{"welcome":{"srv":1,"ch":[{"c":0,"do":"ok"},{"c":0,"do":"stop"}]}}"#,
    #"{"welcome":{"srv":1,"ch":[{"c":0,"do":"ok"},{"c":1,"do":"ok"},{"c":2,"do":"ok"},{"c":3,"do":"ok"},{"c":4,"do":"ok"},{"c":5,"do":"ok"},{"c":6,"do":"ok"},{"c":7,"do":"ok"},{"c":8,"do":"ok"}]}}"#,
  ])
  func awkwardWelcomesAreRefused(_ json: String) {
    #expect(throws: MessageRefusal.notUnderstood("welcome")) { try ServerMessage(decoding: json) }
  }

  @Test(arguments: [
    #"{"hello":{"key":1,"dn":"00000000000000000000000000000000","boot":1,"fw":"","ch":[]}}"#,
    #"{"hello":{"dev":"","key":1,"dn":"00000000000000000000000000000000","boot":1,"fw":"","ch":[]}}"#,
    #"{"hello":{"dev":"d","key":0,"dn":"00000000000000000000000000000000","boot":1,"fw":"","ch":[]}}"#,
    #"{"hello":{"dev":"d","key":4294967296,"dn":"00000000000000000000000000000000","boot":1,"fw":"","ch":[]}}"#,
    #"{"hello":{"dev":"d","key":1,"dn":"0000000000000000000000000000000","boot":1,"fw":"","ch":[]}}"#,
    #"{"hello":{"dev":"d","key":1,"dn":"0000000000000000000000000000000g","boot":1,"fw":"","ch":[]}}"#,
    #"{"hello":{"dev":"d","key":1,"dn":"00000000000000000000000000000000","fw":"","ch":[]}}"#,
    #"{"hello":{"dev":"d","key":1,"dn":"00000000000000000000000000000000","boot":1,"fw":""}}"#,
    #"{"hello":{"dev":"d","key":1,"dn":"00000000000000000000000000000000","boot":1,"fw":"","ch":[{"c":0,"n":1,"is":""}]}}"#,
  ])
  func awkwardHellosAreRefused(_ json: String) {
    #expect(throws: MessageRefusal.notUnderstood("hello")) { try DeviceMessage(decoding: json) }
  }

  @Test func whatIsNoJSONIsSaidToBeNone() {
    for json in [
      "", "{", #"{"stop":{"c":0,"n":1}"#, #"{"stop":{"c":0,"n":01}}"#, #"{"stop":{"c":0,"n":1}} x"#, "\u{FEFF}{}",
    ] {
      #expect {
        try ServerMessage(decoding: json)
      } throws: {
        if case MessageRefusal.notJSON? = $0 as? MessageRefusal { true } else { false }
      }
    }
    // Even behind a message that was read whole.
    let deep = #"{"pong":1,"x":"# + String(repeating: "[", count: 9) + String(repeating: "]", count: 9) + "}"
    #expect(throws: MessageRefusal.notJSON(JSONRefusal(.tooDeep, at: 21))) {
      try ServerMessage(decoding: deep)
    }
  }

  /// Whatever is read is written so that it reads the same again; nothing a stranger writes stops the reader.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func spoiltTextsAreReadOrRefused(_ seed: UInt64) throws {
    var chance = Chance(seed: seed)
    let pieces = Self.fromServer.map(\.0) + Self.fromDevice.map(\.0)
    for _ in 0..<400 {
      var text = Array(chance.pick(pieces).utf8)
      for _ in 0...chance.next() % 3 {
        let at = Int(chance.next() % UInt64(text.count))
        switch chance.next() % 4 {
        case 0: text[at] = UInt8(truncatingIfNeeded: chance.next())
        case 1: text.remove(at: at)
        case 2: text.insert(chance.pick(Array(#"{}[]",:0129e\u- "#.utf8)), at: at)
        default: text.replaceSubrange(at..., with: Array(chance.pick(pieces).utf8).suffix(text.count - at))
        }
        if text.isEmpty { text = [0x7b] }
      }
      let json = String(decoding: text, as: UTF8.self)
      if let read = try? ServerMessage(decoding: json) {
        #expect(try ServerMessage(decoding: self.text { read.encode(into: &$0) }) == read)
      }
      if let read = try? DeviceMessage(decoding: json) {
        #expect(try DeviceMessage(decoding: self.text { read.encode(into: &$0) }) == read)
      }
    }
  }

  @Test func knockAndChallengeArePlain() throws {
    let knock = Array(#"{"knock":"charger-1"}"#.utf8)
    #expect(try Knock(decoding: knock.span) == Knock(device: "charger-1"))
    #expect(Knock(device: "charger-1").encoded() == knock)
    let challenge = Array(#"{"challenge":"a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"}"#.utf8)
    let read = try Challenge(decoding: challenge.span)
    #expect(read.serverNonce.bytes == Array(0xa0...0xaf))
    #expect(read.encoded() == challenge)
    for text in [#"{"knock":""}"#, #"{"knock":1}"#, #"{"challenge":"a0"}"#, "{}", "x"] {
      #expect(throws: MessageRefusal.self) { try Knock(decoding: Array(text.utf8).span) }
      #expect(throws: MessageRefusal.self) { try Challenge(decoding: Array(text.utf8).span) }
    }
    let long = Array(#"{"knock":"charger-1""#.utf8) + [UInt8](repeating: 0x20, count: 1_100) + [0x7d]
    #expect(throws: MessageRefusal.self) { try Knock(decoding: long.span) }
  }

  @Test func readingsHaveBounds() {
    #expect(Reading(name: "", value: "1", unit: "", atMS: 0) == nil)
    #expect(Reading(name: WireText(String(repeating: "n", count: 33)), value: "1", unit: "", atMS: 0) == nil)
    #expect(Reading(name: "n", value: WireText(String(repeating: "1", count: 65)), unit: "", atMS: 0) == nil)
    #expect(Reading(name: "n", value: "1", unit: WireText(String(repeating: "u", count: 17)), atMS: 0) == nil)
    #expect(Reading(name: "n", value: "1", unit: "", atMS: Wire.greatest + 1) == nil)
    #expect(Reading(name: "n", value: "1", unit: "", atMS: Wire.greatest) != nil)
  }
}
