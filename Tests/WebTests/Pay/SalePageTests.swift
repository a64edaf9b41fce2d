import Coinslot
import Testing

@testable import Web

struct SalePageTests {
  @Test func receipt() async throws {
    try await TestServer.with { server in
      let payment = World.payment(1, amount: World.xno(2))
      server.world.ledger.change {
        $0.payments = [payment]
        $0.sales = [World.sale("sal_1", payment: payment, remainder: World.tenth, outcome: .done)]
      }
      let page = try await server.ask("GET", "/p/sal_1")
      #expect(page.status == 200 && page["referrer-policy"] == "no-referrer" && page["cache-control"] == "no-store")
      #expect(page.text.contains("Receipt: USB charger") && page.text.contains("10 minutes for 0.2 XNO"))
      #expect(page.text.contains("Paid above the price") && page.text.contains("LOCAL SIMULATION"))
      #expect(page.text.contains("<time datetime=\"2025-01-01T00:00:00.000Z\">2025-01-01 00:00 UTC</time>"))
      #expect(page.text.contains("sal_1") && !page.text.contains("nano_3payer") && !page.text.contains("http-equiv"))
      let german = try await server.ask("GET", "/p/sal_1?lang=de").text
      #expect(german.contains("Quittung: USB charger") && german.contains("0,2 XNO"))
    }
  }

  @Test func heldSaleSaysWhatHappensWithTheMoney() async throws {
    try await TestServer.with { server in
      let payment = World.payment(1)
      server.world.ledger.change {
        $0.payments = [payment]
        $0.sales = [World.sale("sal_1", payment: payment, purchase: nil, outcome: .held, reason: "queue_full")]
      }
      let page = try await server.ask("GET", "/p/sal_1")
      #expect(page.text.contains("Too many payments were already waiting.") && page.text.contains("not lost"))
      #expect(page.text.contains("Nothing"))
    }
  }

  @Test func runningSaleLooksAgain() async throws {
    try await TestServer.with { server in
      let sale = World.sale("sal_1", payment: World.payment(1))
      server.world.ledger.change {
        $0.sales = [sale]
        $0.dispatches = [
          World.dispatch(sale: sale.id, state: .accepted, leftMS: 600_000, leftAtMS: server.world.clock.nowMS)
        ]
      }
      let page = try await server.ask("GET", "/p/sal_1")
      #expect(page.text.contains("http-equiv=\"refresh\"") && page.text.contains("Running"))
    }
  }

  @Test func unknownSaleIsNotFound() async throws {
    try await TestServer.with { server async throws in
      #expect(try await server.ask("GET", "/p/sal_2").status == 404)
      #expect(try await server.ask("GET", "/p/").status == 404)
    }
  }
}

struct HomeTests {
  @Test func listsTheMachines() async throws {
    try await TestServer.with { server in
      server.world.storefront.change { $0.states[World.slot] = .away }
      let page = try await server.ask("GET", "/").text
      #expect(page.contains("href=\"/s/charger\"") && page.contains("USB charger") && page.contains("Not connected"))
      #expect(!page.contains(World.address))
    }
  }

  @Test func emptyHouseSaysSo() async throws {
    try await TestServer.with(World([])) { server async throws in
      #expect(try await server.ask("GET", "/").text.contains("Nothing is for sale here yet."))
    }
  }
}

struct AssetTests {
  @Test(arguments: [StaticFile.style, .script, .icon])
  func fileIsKeptByItsVersion(_ file: StaticFile) async throws {
    try await TestServer.with { server in
      let versioned = try await server.ask("GET", file.url)
      #expect(versioned.status == 200 && versioned["cache-control"]?.contains("immutable") == true)
      #expect(versioned["content-type"] == file.type && !versioned.body.isEmpty)
      let plain = try await server.ask("GET", file.path)
      #expect(plain["cache-control"]?.contains("immutable") == false)
      let again = try await server.ask("GET", file.path, headers: ["If-None-Match": "\"\(file.version)\""])
      #expect(again.status == 304 && again.body.isEmpty)
    }
  }

  @Test(arguments: PageLibrary.templates.keys.sorted())
  func everyTemplateEscapesScalarByScalar(_ name: String) throws {
    let text = String(decoding: try #require(PageLibrary.templates[name]), as: UTF8.self)
    #expect(text.hasPrefix("{{% CONTENT_TYPE:PAGE}}\n"))
    #expect(!text.contains("{{{") && !text.contains("{{&"))
  }
}
