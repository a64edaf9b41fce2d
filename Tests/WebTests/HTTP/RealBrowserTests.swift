import Coinslot
import NIOCore
import NIOHTTP1
import NIOPosix
import Sockets
import Synchronization
import TestKit
import Testing

@testable import Web

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

private enum Chromium {
  static let path = "/usr/bin/chromium"
  static let isThere = access(path, X_OK) == 0
}

/// What a real browser sends for a page of another site, and what becomes of it.
@Suite(.serialized, .enabled(if: Chromium.isThere, "needs Chromium at /usr/bin/chromium"))
struct RealBrowserTests {
  /// A site that is not ours, with one page.
  private struct OtherSite: PlainHTTPService {
    let page: String

    func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
      guard head.path == "/" else { return .reply(.text(.notFound, "")) }
      let headers = [(name: "Content-Type", value: "text/html; charset=utf-8")]
      return .reply(PlainHTTPReply(.ok, headers: headers, body: ByteBuffer(string: page)))
    }
  }

  /// The page as the browser has it in the end.
  private func browse(_ address: String, _ options: [String] = []) async throws -> String {
    try await withFolder { profile in
      let arguments = [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--user-data-dir=\(profile)", "--virtual-time-budget=4000", "--dump-dom",
      ]
      return try await Command.run(Chromium.path, arguments + options + [address], seconds: 60)
    }
  }

  @Test func aPageOfAnotherSiteChangesNothing() async throws {
    let world = World([World.charger(tellApart: .lowDigits)])
    let heard = Mutex<[String]>([])
    let context = world.context()
    try await TestServer.with(
      world,
      context: context,
      decide: { head, _ in
        if head.path == "/link" { heard.withLock { $0.append(head.first("origin") ?? "none") } }
        return head.path == "/link" ? .refuse(status: .forbidden, problem: "no") : .notWebSocket
      }
    ) { server async throws in
      let ours = "127.0.0.1:\(server.port)"
      let page = """
        <!doctype html><title>other</title><body><p id="out">not done</p>
        <script>
        (async () => {
          const said = [];
          for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
            try {
              await fetch('http://\(ours)/s/charger/quote',
                {method: 'POST', mode: 'no-cors', headers: {'Content-Type': type}, body: 'amount=\(World.tenth)'});
              said.push('sent');
            } catch (error) { said.push('failed'); }
          }
          try {
            const text = await (await fetch('http://\(ours)/s/charger')).text();
            said.push('read ' + text.length);
          } catch (error) { said.push('unreadable'); }
          await new Promise((done) => {
            const socket = new WebSocket('ws://\(ours)/link', 'coinslot.v1');
            socket.onopen = () => { said.push('open'); done(); };
            socket.onerror = () => { said.push('shut'); done(); };
          });
          document.getElementById('out').textContent = said.join(', ');
        })();
        </script>
        """
      let listener = try await Listener.serve(
        OtherSite(page: page),
        on: ["127.0.0.1:0"],
        group: MultiThreadedEventLoopGroup.singleton
      )
      let other = "localhost:\(listener.ports[0])"
      _ = try await browse("http://\(other)/", ["--host-resolver-rules=MAP localhost 127.0.0.1"])
      await listener.close(graceMS: 0)
      // Both forms were sent and refused.
      let refused = context.metrics.refused.family.series.map { ($0.labels.map(\.value), $0.value) }
      #expect(refused.contains { $0.0 == ["cross_site"] && $0.1 == .count(2) }, "\(refused)")
      #expect(heard.withLock { $0 } == ["http://\(other)"])
      #expect(server.world.storefront.wishes.isEmpty)
    }
  }

  /// A name that was pointed to our address, against a name that is ours.
  @Test func aReboundNameReadsNothing() async throws {
    try await TestServer.with { server in
      let rules = ["--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP machine.local 127.0.0.1"]
      let rebound = try await browse("http://rebound.example:\(server.port)/", rules)
      #expect(!rebound.contains("USB charger") && rebound.contains("That did not work"), "\(rebound.suffix(300))")
      let own = try await browse("http://machine.local:\(server.port)/", rules)
      #expect(own.contains("USB charger"), "\(own.suffix(300))")
    }
  }

  /// Another port of the same machine is another site all the same.
  @Test func aFormOfAnotherPortIsRefused() async throws {
    let world = World([World.charger(tellApart: .lowDigits)])
    try await TestServer.with(world) { server in
      let page = """
        <!doctype html><title>other</title>
        <form id="ask" method="post" action="http://127.0.0.1:\(server.port)/s/charger/quote">
        <input name="amount" value="\(World.tenth)"></form><script>document.getElementById('ask').submit()</script>
        """
      let listener = try await Listener.serve(
        OtherSite(page: page),
        on: ["127.0.0.1:0"],
        group: MultiThreadedEventLoopGroup.singleton
      )
      let seen = try await browse("http://127.0.0.1:\(listener.ports[0])/")
      await listener.close(graceMS: 0)
      #expect(seen.contains("That did not work"), "\(seen.suffix(300))")
      #expect(server.world.storefront.wishes.isEmpty)
    }
  }
}
