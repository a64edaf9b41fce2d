import DeviceWire
import Primitives
import Testing

@Suite struct SessionKeysTests {
  private func nonce(_ first: UInt8) -> SessionNonce {
    SessionNonce((first..<first + 16).map { $0 }) ?? SessionNonce(boot: 0, session: 0)
  }

  /// The published vector of the link's page, computed independently.
  @Test func derivesThePublishedKeysAndFrame() throws {
    let keys = SessionKeys(
      deviceKey: Bench.key,
      device: "charger-1",
      serial: 1,
      serverNonce: nonce(0xa0),
      deviceNonce: nonce(0xb0)
    )
    #expect(keys.up.hex() == "27ef52c0493bac1eb35510205f0c5f33a10db0ea49cbbc8865d4a069ee445d54")
    #expect(keys.down.hex() == "ce1d735420fe56b9cdb5fb8ee6f6744b5a88f11d3d31d97ddcc71822fa015f7f")
    let run = ServerMessage.run(
      Run(id: "dsp_1", channel: 0, number: 42, mode: .new, ms: 600_000, once: true, at: 1, lifeMS: 90_000)
    )
    let frame = try Frame.seal(counter: 2, key: FrameKey(keys.down)) { run.encode(into: &$0) }
    #expect(
      String(decoding: frame, as: UTF8.self)
        == #"78788a7a0425d6ab89a8cae9f2da9f7c 2 {"run":{"id":"dsp_1","c":0,"n":42,"mode":"new","ms":600000,"once":true,"at":1,"life":90000}}"#
    )
    let opened = try Frame.open(frame.span, key: FrameKey(keys.down))
    #expect(opened.counter == 2)
    #expect(try ServerMessage(decoding: Array(frame[opened.json]).span) == run)
    #expect(throws: LinkRefusal.badMAC) { try Frame.open(frame.span, key: FrameKey(keys.up)) }
  }

  @Test func everyInputMatters() {
    func keys(
      key: Bytes32 = Bench.key,
      device: WireText = "charger-1",
      serial: UInt32 = 1,
      sn: UInt8 = 0xa0,
      dn: UInt8 = 0xb0
    ) -> SessionKeys {
      SessionKeys(deviceKey: key, device: device, serial: serial, serverNonce: nonce(sn), deviceNonce: nonce(dn))
    }
    let all = [
      keys(), keys(key: .zero), keys(device: "charger-2"), keys(device: "charger-"), keys(serial: 2), keys(serial: 11),
      keys(sn: 0xa1), keys(dn: 0xb1), keys(sn: 0xb0, dn: 0xa0),
    ]
    #expect(Set(all.flatMap { [$0.up, $0.down] }).count == 2 * all.count)
  }

  @Test func aNonceIsSixteenBytes() {
    #expect(nonce(0xa0).bytes == Array(0xa0...0xaf))
    #expect(SessionNonce(boot: 118, session: 3).bytes == [0, 0, 0, 0, 0, 0, 0, 118, 0, 0, 0, 0, 0, 0, 0, 3])
    #expect(SessionNonce([UInt8](repeating: 1, count: 15)) == nil)
    #expect(SessionNonce([UInt8](repeating: 1, count: 17)) == nil)
  }
}
