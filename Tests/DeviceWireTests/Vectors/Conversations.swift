import DeviceWire

/// The conversations of the vectors: each shows one part of the link's page.
enum Conversations {
  static var all: [Script] {
    [
      aRun, pulses, numbers, additions, stops, waits, lives, theLastEight, limit, armed, paused, stoppedWhileAway, torn,
      alone, twoOutputs, failing, readings, broker, forgedOnWebSocket, gap, oversized, notJSON, notUnderstood, hanging,
      silence,
    ]
  }

  private static func ready(
    _ name: String,
    transport: LinkTransport = .webSocket,
    channels: [ChannelConfiguration] = [ChannelConfiguration(number: 0, maxOnMS: 86_400_000)]
  ) -> Script {
    var s = Script(name, transport: transport, channels: channels)
    s.boot()
    s.greet()
    return s
  }

  static var aRun: Script {
    var s = ready("a long run, once: armed, output, ack; time written off before each tick; ping and pong; done")
    s.later(500)
    s.run(1, 95_000)
    s.wait(100_000)
    return s
  }

  static var pulses: Script {
    var s = ready("pulses: once remembers first, repeatable acts first")
    s.run(1, 500)
    s.wait(700)
    s.run(2, 500, once: false)
    s.wait(700)
    s.run(3, 40_000, once: false)
    s.wait(41_000)
    return s
  }

  static var numbers: Script {
    var s = ready("numbers: again, conflict, passed, a leap")
    s.run(7, 10_000)
    s.later(4_000)
    s.run(7, 10_000)
    s.run(7, 10_000, id: "dsp_other")
    s.run(6, 10_000)
    s.wait(6_000)
    s.run(7, 10_000)
    s.stop(7)
    s.run(9_007_199_254_740_991, 500)
    s.wait(1_000)
    return s
  }

  static var additions: Script {
    var s = ready("new is busy, extend adds, replace takes the place, extend without a run starts one")
    s.run(1, 60_000)
    s.later(10_000)
    s.run(2, 60_000)
    s.run(2, 60_000, mode: .extend)
    s.later(5_000)
    s.run(3, 7_000, mode: .replace)
    s.wait(7_000)
    s.run(4, 2_000, mode: .extend)
    s.wait(2_000)
    return s
  }

  static var stops: Script {
    var s = ready("a stop takes a number too")
    s.stop(1)
    s.run(2, 600_000)
    s.later(8_000)
    s.stop(3)
    s.stop(3)
    s.run(2, 600_000)
    s.run(3, 600_000)
    return s
  }

  static var waits: Script {
    var s = ready("wait stores, go starts, stop drops, time expires")
    s.run(1, 40_000, waits: true)
    s.run(1, 40_000, waits: true)
    s.run(2, 500)
    s.later(2_000)
    s.go(1)
    s.go(1)
    s.wait(40_000)
    s.run(2, 500, once: false, waits: true)
    s.go(2)
    s.wait(500)
    s.run(3, 500, waits: true)
    s.stop(4)
    s.go(3)
    s.run(5, 500, life: 10_000, waits: true)
    s.wait(10_000)
    s.go(5)
    s.run(6, 500, waits: true)
    s.later(1_000)
    s.boot()
    s.greet()
    s.go(6)
    return s
  }

  static var lives: Script {
    var s = ready("life: less than, not equal; expired stays expired; stale does not use up the number")
    s.later(1_000)
    s.run(1, 500, at: 1, life: 1_001)
    s.wait(500)
    s.run(2, 500, at: 1, life: 1_500)
    s.run(2, 500, life: 90_000)
    s.run(2, 500, id: "dsp_other", life: 90_000)
    s.run(3, 500, at: 99)
    s.run(3, 500)
    s.wait(500)
    s.run(2, 500)
    return s
  }

  static var theLastEight: Script {
    var s = ready("the send times of the last eight frames, and of this session only")
    s.wait(140_000)
    s.run(1, 500, at: 9)
    s.run(1, 500, at: 2, life: 900_000)
    s.run(1, 500, at: 4, life: 900_000)
    s.wait(500)
    s.disconnected()
    s.greet()
    s.run(2, 500, at: 2)
    s.run(2, 500, at: 1)
    return s
  }

  static var limit: Script {
    var s = ready(
      "the device's own limit stands above every command",
      channels: [ChannelConfiguration(number: 0, maxOnMS: 60_000)]
    )
    s.run(1, 600_000)
    s.wait(20_000)
    s.run(2, 600_000, mode: .extend)
    s.run(3, 600_000, mode: .replace)
    s.wait(40_000)
    s.run(4, 60_001)
    return s
  }

  static var armed: Script {
    var s = ready("power fails around a pulse: before the write nothing is known, after it the answer is unknown")
    s.run(1, 500, powerFailsAfter: 0)
    s.later(5_000)
    s.boot()
    s.greet()
    s.run(1, 500, powerFailsAfter: 1)
    s.later(5_000)
    s.boot()
    s.greet([Welcome.Instruction(channel: 0, order: .ok)])
    s.run(1, 500)
    s.run(2, 500, powerFailsAfter: 2)
    s.later(5_000)
    s.boot()
    s.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 500))])
    s.run(3, 500, once: false, powerFailsAfter: 1)
    s.later(5_000)
    s.boot()
    s.greet()
    s.run(3, 500, once: false, powerFailsAfter: 2)
    s.later(5_000)
    s.boot()
    s.greet()
    s.run(3, 500, once: false)
    return s
  }

  static var paused: Script {
    var s = ready("a long run over power cuts: off until the welcome says resume, with the lesser of both")
    s.run(1, 600_000)
    s.wait(10_000)
    s.boot()
    s.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 600_000))])
    s.wait(45_000)
    s.later(3_000)
    s.boot()
    s.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 100_000))])
    s.wait(31_000)
    s.boot()
    s.greet()
    s.run(1, 600_000)
    s.disconnected()
    s.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 50_000))])
    s.wait(21_000)
    s.boot()
    s.greet()
    return s
  }

  static var stoppedWhileAway: Script {
    var s = ready("a welcome says stop: to what is paused, to what runs, to what may have run")
    s.run(1, 600_000)
    s.wait(31_000)
    s.boot()
    s.greet([Welcome.Instruction(channel: 0, order: .stop)])
    s.boot()
    s.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 500_000))])
    s.run(2, 600_000)
    s.disconnected()
    s.later(5_000)
    s.greet([Welcome.Instruction(channel: 0, order: .stop)])
    s.run(3, 600_000)
    s.boot()
    s.greet([Welcome.Instruction(channel: 0, order: .stop)])
    s.boot()
    s.greet()
    return s
  }

  static var torn: Script {
    // The boot number 6 and the record with sequence 3 were being written when the power failed.
    let running = ChannelRecord(
      channel: 0,
      sequence: 2,
      number: 5,
      id: ChannelRecord.digest(of: "dsp_5"),
      state: .armed,
      leftMS: 70_000
    )
    let next = ChannelRecord(
      channel: 0,
      sequence: 3,
      number: 5,
      id: ChannelRecord.digest(of: "dsp_5"),
      state: .running,
      leftMS: 40_000
    )
    var s = Script(
      "writes that were cut short leave the record before them",
      flash: [
        .boot(slot: 1): BootRecord(boot: 5).encoded(), .boot(slot: 0): Array(BootRecord(boot: 6).encoded().prefix(11)),
        .channel(0, slot: 0): running.encoded(),
        .channel(0, slot: 1): Array(next.encoded().prefix(20)) + [UInt8](repeating: 0xff, count: 12),
      ]
    )
    s.boot()
    s.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 600_000))])
    s.wait(70_000)
    return s
  }

  static var alone: Script {
    var s = ready(
      "an output that is set up to resume alone",
      channels: [ChannelConfiguration(number: 2, maxOnMS: 86_400_000, resumesAlone: true)]
    )
    s.run(1, 600_000, c: 2)
    s.wait(30_000)
    s.later(4_000)
    s.boot()
    s.later(2_000)
    s.greet()
    s.run(2, 600_000, c: 2, mode: .replace)
    s.stop(3, c: 2)
    s.run(4, 600_000, c: 2)
    s.boot()
    return s
  }

  static var twoOutputs: Script {
    var s = ready(
      "two outputs, each with its own numbers; a go in doubt starts nothing",
      channels: [ChannelConfiguration(number: 0, maxOnMS: 60_000), ChannelConfiguration(number: 1, maxOnMS: 60_000)]
    )
    s.run(4, 500, waits: true)
    s.run(4, 500, c: 1, waits: true)
    s.go(4)
    s.go(4, c: 1)
    s.go(4)
    s.go(4)
    s.wait(500)
    s.run(5, 500, c: 2)
    s.stop(5, c: 2)
    return s
  }

  static var failing: Script {
    var s = ready("an output that does not switch")
    s.run(1, 10_000)
    s.outputFailed(0)
    s.outputFailed(0)
    s.run(1, 10_000)
    s.boot()
    s.greet()
    return s
  }

  static var readings: Script {
    var s = Script("readings, which need a session")
    s.boot()
    s.measure("temperature", "20.0", "°C")
    s.greet()
    s.measure("temperature", "21.5", "°C")
    s.measure("door", "open \"wide\"", "")
    return s
  }

  static var broker: Script {
    var s = Script(
      "MQTT: knocks, drops what it cannot prove, takes a gap, is not shaken by a forged challenge",
      transport: .mqtt
    )
    s.boot()
    s.connected()
    s.wait(20_000)
    s.challenge()
    s.say(.welcome(Welcome(epoch: 1, channels: [])))
    s.receive(Array("nonsense".utf8))
    s.receive([])
    var forged = s.seal(2, json: #"{"stop":{"c":0,"n":1}}"#)
    forged[0] = forged[0] == 0x30 ? 0x31 : 0x30
    s.receive(forged)
    s.receive(s.seal(5, json: #"{"stop":{"c":0,"n":1}}"#))
    s.receive(s.seal(5, json: #"{"stop":{"c":0,"n":2}}"#))
    s.receive(s.seal(4, json: #"{"stop":{"c":0,"n":2}}"#))
    s.receive(s.seal(6, json: #"{"stop":"#))
    let challenge = Challenge(serverNonce: SessionNonce(boot: 9, session: 9)).encoded()
    s.receive(challenge)
    s.receive(challenge)
    s.receive(Challenge(serverNonce: SessionNonce(boot: 9, session: 10)).encoded())
    s.receive(s.seal(7, json: #"{"stop":{"c":0,"n":2}}"#))
    s.wait(61_000, answering: false)
    s.challenge()
    s.say(.welcome(Welcome(epoch: 2, channels: [])))
    s.stop(3)
    return s
  }

  static var forgedOnWebSocket: Script {
    var s = ready("WebSocket: a frame that cannot be proven closes it")
    var forged = s.seal(2, json: #"{"stop":{"c":0,"n":1}}"#)
    forged[35] ^= 1
    s.receive(forged)
    s.receive(s.seal(2, json: #"{"stop":{"c":0,"n":1}}"#))
    s.disconnected()
    s.greet()
    let upper = String(decoding: s.seal(2, json: #"{"stop":{"c":0,"n":1}}"#), as: UTF8.self)
    s.receive(Array((upper.prefix(32).uppercased() + upper.dropFirst(32)).utf8))
    s.disconnected()
    s.connected()
    s.challenge()
    s.receive(s.seal(1, json: #"{"run":{"id":"d","c":0,"n":1,"mode":"new","ms":1,"once":true,"at":1,"life":9000}}"#))
    return s
  }

  static var gap: Script {
    var s = ready("WebSocket: a counter that is not the next closes it")
    s.receive(s.seal(3, json: #"{"stop":{"c":0,"n":1}}"#))
    s.disconnected()
    s.greet()
    s.receive(s.seal(1, json: #"{"stop":{"c":0,"n":1}}"#))
    return s
  }

  static var oversized: Script {
    var s = ready("WebSocket: 1,024 bytes are a frame, 1,025 are not")
    func stop(_ size: Int) -> String {
      let bare = #"{"stop":{"c":0,"n":1},"x":""}"#
      return String(bare.dropLast(2)) + String(repeating: "x", count: size - 35 - bare.utf8.count) + "\"}"
    }
    s.receive(s.seal(2, json: stop(1_024)))
    s.receive(s.seal(3, json: stop(1_025)))
    return s
  }

  static var notJSON: Script {
    var s = ready("WebSocket: sealed rightly and yet no JSON closes it")
    s.say(json: #"{"stop":{"c":0,"n":01}}"#)
    return s
  }

  static var notUnderstood: Script {
    var s = ready("what is not understood is answered unknown, unknown members are passed over")
    s.say(json: #"{"dance":{"n":1}}"#)
    s.say(json: #"{"hello":{}}"#)
    s.say(json: #"{"stop":{"c":0,"n":1.5}}"#)
    s.say(json: #"{"stop":{"c":0,"n":1},"go":1}"#)
    s.say(json: "[]")
    s.say(json: #"{"a name of more than thirty-two bytes":1}"#)
    s.say(json: #"{"welcome":{"srv":2,"ch":[]}}"#)
    s.say(json: #"{"unknown":"ping"}"#)
    s.say(json: #" { "x" : [ 1 ] , "\u0073top" : { "n" : 1 , "because" : null , "c" : 0 } } "#)
    return s
  }

  static var hanging: Script {
    var s = Script("WebSocket: a handshake that hangs is closed after 20 s; a second challenge closes at once")
    s.boot()
    s.connected()
    s.wait(20_000)
    s.disconnected()
    s.connected()
    s.challenge()
    s.challenge()
    return s
  }

  static var silence: Script {
    var s = ready("WebSocket: 60 s without a word of the server close it; what runs runs on")
    s.run(1, 70_000)
    s.wait(80_000, answering: false)
    return s
  }
}
