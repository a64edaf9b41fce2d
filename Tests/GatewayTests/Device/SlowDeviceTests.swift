import Coinslot
import DeviceWire
import Gateway
import Primitives
import Sockets
import TestKit
import Testing

/// Devices and strangers that open a socket and then do less than they should.
@Suite struct SlowDeviceTests {
  /// Opened, and nothing else: no session is made and the place comes back.
  @Test(arguments: [[], [0x81], [0x81, 0xfe, 0x01], [0x01, 0x81, 1, 2, 3, 4, 5]] as [[UInt8]])
  func whoSaysNothingOrHalfAFrameIsClosed(_ bytes: [UInt8]) async throws {
    try await LinkRig.with { rig in
      let client = try await RawClient.webSocket(
        port: rig.port,
        path: "/link",
        headers: "Sec-WebSocket-Protocol: coinslot.v1\r\n"
      )
      #expect(client.status == 101)
      client.send(bytes)
      #expect(try await eventually(within: 25) { client.isOver || client.closing?.code == 1_008 })
      await client.close()
      #expect(try await eventually { rig.listener.counts.open == 0 })
      #expect(rig.counters.snapshot[.deviceWelcomed] == 0)
    }
  }

  /// A client that pings and never takes the pongs is dropped at its bound and counted.
  @Test func whoNeverReadsIsDroppedAndCounted() async throws {
    try await LinkRig.with { rig in
      let client = try await RawClient.webSocket(
        port: rig.port,
        path: "/link",
        headers: "Sec-WebSocket-Protocol: coinslot.v1\r\n",
        reads: false
      )
      let ping: [UInt8] = [0x89, 0x80 | 125, 0, 0, 0, 0] + [UInt8](repeating: 0x70, count: 125)
      let pings = Array(repeatElement(ping, count: 400).joined())
      for _ in 0..<400 where rig.counters.snapshot[.deviceTooSlow] == 0 {
        client.send(pings)
        try await Task.sleep(for: .milliseconds(2))
      }
      #expect(try await eventually { rig.counters.snapshot[.deviceTooSlow] == 1 })
      #expect(try await eventually { rig.listener.counts.open == 0 })
      await client.close()
    }
  }

  /// The nearest thing that must not be dropped: a device that reads all it asked for.
  @Test func whoReadsStays() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: rig.keys.makeKey(for: .charger, serial: 1))
      #expect(rig.registry.connected == 1)
      #expect(rig.counters.snapshot[.deviceTooSlow] == 0)
      await device.close()
      #expect(try await eventually { rig.registry.connected == 0 })
    }
  }
}
