import Coinslot
import DeviceWire
import Primitives
import Testing

@testable import Gateway

/// Between the words of the wire and those of the books.
@Suite struct DeviceWordsTests {
  static let heard: ServerSession.Heard? = {
    // A proven frame can only come out of a session; its counter is 1 and it came at 1,000.
    let nonce = SessionNonce(boot: 1, session: 1)
    var session = ServerSession(serverNonce: nonce, transport: .webSocket, nowMS: 0)
    let keys = SessionKeys(deviceKey: .zero, device: "a", serial: 1, serverNonce: nonce, deviceNonce: nonce)
    let hello = Hello(device: "a", keySerial: 1, deviceNonce: nonce, boot: 1, firmware: "", channels: [])
    let frame = try? Frame.seal(counter: 1, key: FrameKey(keys.up)) { DeviceMessage.hello(hello).encode(into: &$0) }
    let bytes = frame ?? []
    _ = try? session.hello(bytes.span, nowMS: 1_000) { _, _ in .zero }
    return session.heard
  }()

  static func message(_ mode: Dispatch.Mode, ms: UInt64 = 5, deadlineMS: Int64 = 91_000, number: UInt64 = 7) throws
    -> ServerMessage?
  {
    let dispatch = Dispatch(
      id: DispatchID(rawValue: "dsp_1"),
      sequence: 1,
      sale: nil,
      slot: nil,
      channel: ChannelID(device: .charger, number: 3),
      command: .init(mode: mode, ms: ms, once: true),
      deadlineMS: deadlineMS,
      doubtMS: 0,
      createdAtMS: 0,
      number: number
    )
    return ServerMessage(try #require(Order(dispatch, epoch: 1)), after: try #require(heard))
  }

  @Test(arguments: [(Dispatch.Mode.new, Run.Mode.new), (.extend, .extend), (.replace, .replace)])
  func anOrderIsARun(_ mode: Dispatch.Mode, _ wire: Run.Mode) throws {
    let message = try Self.message(mode)
    #expect(
      message
        == .run(Run(id: "dsp_1", channel: 3, number: 7, mode: wire, ms: 5, once: true, at: 1, lifeMS: 90_000))
    )
  }

  @Test func aStopIsAStop() throws {
    #expect(try Self.message(.stop, ms: 0) == .stop(Stop(channel: 3, number: 7)))
  }

  @Test func aRunOfNoTimeIsNone() throws { #expect(try Self.message(.new, ms: 0) == nil) }

  @Test(
    arguments: [(1_000, 0), (999, 0), (-5, 0), (1_001, 1), (Int64.max, Wire.greatest), (.min, 0)] as [(Int64, UInt64)]
  )
  func lifeIsNeverNegative(_ deadlineMS: Int64, _ lifeMS: UInt64) throws {
    guard case .run(let run) = try Self.message(.new, deadlineMS: deadlineMS) else {
      Issue.record("no run")
      return
    }
    #expect(run.lifeMS == lifeMS)
  }

  @Test(arguments: Ack.Word.allCases) func everyWordHasItsLike(_ word: Ack.Word) {
    #expect(Answer.Word(word).rawValue == "\(word.text)")
    #expect(Answer.Word(word).settles == ![.busy, .stale].contains(word))
  }

  @Test func welcomesAreTranslated() {
    let welcome = Welcome(
      epoch: 7,
      [
        .init(number: 0, order: .ok), .init(number: 1, order: .stop), .init(number: 2, order: .resume(leftMS: 5)),
      ]
    )
    #expect(
      welcome
        == Welcome(
          epoch: 7,
          channels: [
            .init(channel: 0, order: .ok), .init(channel: 1, order: .stop),
            .init(channel: 2, order: .resume(leftMS: 5)),
          ]
        )
    )
  }
}
