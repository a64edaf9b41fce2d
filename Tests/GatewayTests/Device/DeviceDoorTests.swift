import Coinslot
import DeviceWire
import Gateway
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Sockets
import TestKit
import Testing

/// The door beside another HTTP server, as on the public port.
@Suite struct DeviceDoorTests {
  /// The other server: says `ordinary` to everything.
  private final class OtherServer: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nordinary"

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: Self.answer)), promise: nil)
      context.close(promise: nil)
    }
  }

  @Test func sharesAListener() async throws {
    try await LinkRig.with { rig in
      let door = rig.door
      let listener = try await Listener.bind(["127.0.0.1:0"], group: MultiThreadedEventLoopGroup.singleton) {
        channel,
        sweeper in
        let front = WebSocketFront<Void>(
          eventLoop: channel.eventLoop,
          sweeper: sweeper,
          decide: { head, _ in door.webSocket(head, from: nil) },
          startHTTP: { $0.pipeline.addHandler(OtherServer()) }
        )
        try channel.pipeline.syncOperations.addHandler(front)
      }
      let port = listener.ports[0]
      let device = try await HandDevice.greeted(port: port, key: rig.keys.makeKey(for: .charger, serial: 1))
      #expect(device.heard.count == 1)
      #expect(rig.registry.session(of: .charger) == 1)
      await device.close()
      let ordinary = try await request(port: port, "GET /s/charger")
      #expect(ordinary.text.hasSuffix("ordinary"))
      let wrong = try await RawClient.webSocket(port: port, path: "/link")
      #expect(wrong.status == 400)
      #expect(wrong.text.contains("application/problem+json"))
      await wrong.close()
      let post = try await request(port: port, "POST /link")
      #expect(post.status == 405 && post.text.contains("Allow: GET"))
      #expect(rig.counters.snapshot[.deviceRequestRefused] == 2)
      for origin in ["http://evil.example", "null", "http://evil.example:\(port)"] {
        let page = try await RawClient.webSocket(
          port: port,
          path: "/link",
          headers: "Origin: \(origin)\r\nSec-WebSocket-Protocol: coinslot.v1\r\n"
        )
        #expect(page.status == 403 && page.text.contains(#""code":"origin_not_allowed""#))
        await page.close()
      }
      #expect(rig.counters.snapshot[.foreignOrigin] == 3)
      await listener.close(graceMS: 0)
    }
  }

  /// As the server ends, the last sign of every device is still written down.
  @Test func closingLosesNothing() async throws {
    var ears: FakeEars?
    var last: Int64 = 0
    try await LinkRig.with { rig in
      ears = rig.ears
      last = rig.clock.nowMS
      let device = try await HandDevice.greeted(port: rig.port, key: rig.keys.makeKey(for: .charger, serial: 1))
      #expect(device.heard.count == 1)
    }
    #expect(ears?.departures == [last])
  }
}
