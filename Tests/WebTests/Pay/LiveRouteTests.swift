import Coinslot
import Primitives
import Testing

@testable import Web

struct LiveRouteTests {
  private func open(_ server: TestServer, _ query: String) async throws -> RawConnection {
    let connection = try await RawConnection.open(port: server.port)
    try await connection.send("GET /s/charger/live?\(query) HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection
  }

  /// The next picture of a stream.
  private func picture(_ stream: RawConnection) async throws -> JSONValue {
    try await stream.wait(for: "event: picture\ndata: ")
    let text = try await stream.wait(for: "\n\n")
    return try JSONValue(parsing: text.filter { $0 != "\n" })
  }

  @Test func everyStepIsShown() async throws {
    try await TestServer.with { server in
      let world = server.world
      let now = world.clock.nowMS
      let stream = try await open(server, "since=\(now)")
      defer { stream.close() }
      let first = try await picture(stream)
      #expect(first["kind"]?.string == "waiting" && first["step"]?.int == 0 && first["invitation"]?.bool == true)
      #expect(first["state"]?["word"]?.string == "Ready" && first["left_ms"]?.isNull == true)

      world.hints.note(World.sighting())
      #expect(try await picture(stream)["kind"]?.string == "seen")

      let payment = World.payment(1, atMS: now)
      let sale = World.sale("sal_1", payment: payment, atMS: now)
      world.ledger.change {
        $0.payments = [payment]
        $0.sales = [sale]
        $0.dispatches = [World.dispatch(sale: sale.id)]
      }
      let confirmed = try await picture(stream)
      #expect(confirmed["kind"]?.string == "confirmed" && confirmed["step"]?.int == 2)
      #expect(confirmed["receipt"]?.string == "/p/sal_1")

      world.ledger.change {
        $0.dispatches = [World.dispatch(sale: sale.id, state: .accepted, leftMS: 600_000, leftAtMS: world.clock.nowMS)]
      }
      let running = try await picture(stream)
      #expect(running["kind"]?.string == "running" && running["total_ms"]?.int == 600_000)
      #expect((590_000...600_000).contains(running["left_ms"]?.int ?? 0))

      world.ledger.change { $0.sales = [World.sale("sal_1", payment: payment, atMS: now, outcome: .done)] }
      let done = try await picture(stream)
      #expect(done["kind"]?.string == "done" && done["step"]?.int == 4 && done["final"]?.bool == true)
    }
  }

  @Test func hintForAnotherAccountIsNothing() async throws {
    try await TestServer.with { server in
      let world = server.world
      let stream = try await open(server, "since=\(world.clock.nowMS)")
      defer { stream.close() }
      _ = try await picture(stream)
      world.hints.note(World.sighting("nano_3other"))
      world.storefront.change { $0.states[World.slot] = .away }
      world.bell.ring()
      let next = try await picture(stream)
      #expect(next["kind"]?.string == "waiting" && next["state"]?["invites"]?.bool == false)
      #expect(next["invitation"]?.bool == false && next["state"]?["word"]?.string == "Not connected")
    }
  }

  @Test func wordsAreInThePagesLanguage() async throws {
    try await TestServer.with { server in
      let stream = try await open(server, "lang=de")
      defer { stream.close() }
      #expect(try await picture(stream)["state"]?["word"]?.string == "Bereit")
    }
  }

  @Test func changeWithoutABellShowsToo() async throws {
    try await TestServer.with { server in
      let stream = try await open(server, "")
      defer { stream.close() }
      _ = try await picture(stream)
      server.world.storefront.change { $0.states[World.slot] = .outOfOrder }
      #expect(try await picture(stream)["state"]?["word"]?.string == "Out of order")
    }
  }

  @Test(arguments: [("other=1", 400), ("quote=other", 404), ("quote=a&quote=b", 400)])
  func badQueryIsRefused(_ query: String, _ status: Int) async throws {
    try await TestServer.with { server in
      let reply = try await server.ask("GET", "/s/charger/live?\(query)")
      #expect(reply.status == status)
      let other = try await server.ask("GET", "/s/other/live")
      #expect(other.status == 404)
    }
  }

  @Test func boundedPages() async throws {
    let world = World()
    try await TestServer.with(world, context: world.context(livePages: 1)) { server in
      let first = try await open(server, "")
      defer { first.close() }
      _ = try await picture(first)
      let second = try await server.ask("GET", "/s/charger/live")
      #expect(second.status == 503 && second.code == "too_many_pages")
      // The page itself is still there.
      #expect(try await server.ask("GET", "/s/charger").status == 200)
    }
  }
}
