import Primitives

@testable import DeviceWire

/// A device under any sequence of texts, times and power cuts keeps its bounds.
///
/// The input is a program for `DeviceBench`: the first byte sets the device up, then one byte an event and what it
/// takes.
func fuzzDeviceCore(_ bytes: Span<UInt8>) {
  var input = InputCursor()
  var bench = DeviceBench(setup: input.byte(bytes))
  var events = 0
  while !input.isAtEnd(bytes), events < 200 {
    events += 1
    switch input.byte(bytes) % 13 {
    case 0: bench.connect()
    case 1: bench.disconnect()
    case 2: bench.wait(Int64(input.number(bytes, bytes: 2)))
    case 3: bench.wait(Int64(input.number(bytes, bytes: 4)))
    case 4: bench.hear(input.payload(bytes, input.byte(bytes) * 5))
    case 5: bench.hear(bench.sealed(input.payload(bytes, input.byte(bytes) * 5), skips: 0))
    case 6: bench.hear(bench.sealed(input.payload(bytes, input.byte(bytes)), skips: UInt64(input.byte(bytes))))
    case 7: bench.challenge(input.byte(bytes))
    case 8: bench.failOutput(UInt8(input.byte(bytes)))
    case 9: bench.cutPower(after: input.byte(bytes))
    case 10: bench.hear(bench.sealed(.welcome(Welcome(epoch: 1, channels: welcomed(&input, bytes))), skips: 0))
    case 11: bench.hear(bench.sealed(.run(run(&input, bytes, bench)), skips: 0))
    default: bench.hear(bench.sealed(order(&input, bytes), skips: 0))
    }
  }
}

private func welcomed(_ input: inout InputCursor, _ bytes: Span<UInt8>) -> [Welcome.Instruction] {
  (0..<input.byte(bytes) % 4).map { i in
    let choice = input.byte(bytes)
    let left = input.number(bytes, bytes: 3)
    return Welcome.Instruction(
      channel: UInt8(i),
      order: choice % 3 == 0 ? .ok : choice % 3 == 1 ? .stop : .resume(leftMS: left)
    )
  }
}

private func run(_ input: inout InputCursor, _ bytes: Span<UInt8>, _ bench: DeviceBench) -> Run {
  let flags = input.byte(bytes)
  return Run(
    id: WireText(utf8: Array("dsp_\(flags & 3)".utf8)),
    channel: UInt8(flags >> 2 & 3),
    number: UInt64(input.byte(bytes)) + 1,
    mode: [.new, .extend, .replace, .new][flags >> 4 & 3],
    ms: flags & 0x40 == 0 ? input.number(bytes, bytes: 3) + 1 : Wire.greatest,
    once: flags & 0x80 != 0,
    at: bench.lastSent &- UInt64(input.byte(bytes) % 10),
    lifeMS: flags & 0x80 == 0 ? 90_000 : Wire.greatest,
    waits: input.byte(bytes) & 1 == 1
  )
}

private func order(_ input: inout InputCursor, _ bytes: Span<UInt8>) -> ServerMessage {
  let choice = input.byte(bytes)
  let number = UInt64(input.byte(bytes)) + 1
  switch choice & 3 {
  case 0: return .stop(Stop(channel: UInt8(choice >> 2 & 3), number: number))
  case 1: return .go(Go(number: number))
  case 2: return .go(Go(number: number, channel: UInt8(choice >> 2 & 3)))
  default: return .unknown(Unknown(name: "dance"))
  }
}
