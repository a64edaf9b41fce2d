import Coinslot
import Testing

@testable import Web

struct QuoteRouteTests {
  private func world() -> World { World([World.charger(tellApart: .lowDigits)]) }

  @Test func pageAsksFirstAndGivesACookie() async throws {
    try await TestServer.with(world()) { server in
      let page = try await server.ask("GET", "/s/charger")
      #expect(page.text.contains("<form class=\"card\" id=\"ask\" method=\"post\" action=\"/s/charger/quote\">"))
      #expect(
        page.text.contains("name=\"amount\" value=\"\(World.tenth)\" checked") && !page.text.contains(World.address)
      )
      let cookie = page.all("set-cookie").first ?? ""
      #expect(cookie.hasPrefix("coinslot=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
      #expect(!cookie.contains("Secure"))
      let known = try await server.ask("GET", "/s/charger", headers: ["Cookie": "coinslot=\(Self.cookie)"])
      #expect(known.all("set-cookie").isEmpty)
    }
  }

  static let cookie = String(repeating: "0f", count: 16)

  @Test func cookieIsSecureBehindTLS() async throws {
    let world = world()
    try await TestServer.with(world, context: world.context(publicURL: "https://pay.example.org")) {
      server async throws in
      #expect(try await server.ask("GET", "/s/charger").all("set-cookie").first?.contains("Secure") == true)
    }
  }

  @Test func offerIsARedirectToItsPage() async throws {
    try await TestServer.with(world()) { server in
      let now = server.world.clock.nowMS
      let quote = World.quote(atMS: now)
      server.world.storefront.change { $0.offer = .quote(quote) }
      server.world.ledger.change { $0.quotes[quote.id] = quote }
      let reply = try await server.form(
        "/s/charger/quote",
        "amount=\(World.tenth)&on=nano:sim",
        headers: ["Cookie": "coinslot=\(Self.cookie)"]
      )
      #expect(reply.status == 303 && reply["location"] == "/s/charger?quote=quo_1")
      let wish = server.world.storefront.wishes.first
      #expect(wish?.amount == World.tenth && wish?.customer.name == "\(Self.cookie)@127.0.0.0/24")

      let page = try await server.ask("GET", "/s/charger?quote=quo_1").text
      #expect(page.contains("0.100123 XNO") && page.contains("Pay 0.100123 XNO to …osrs"))
      #expect(page.contains("to the last digit") && page.contains("data-copy=\"0.100123\""))
      #expect(page.contains("This offer ends in") && page.contains("15:00") || page.contains("14:5"))
      #expect(page.contains("id=\"renew\"") && page.contains("value=\"\(World.tenth)\""))
      #expect(page.contains("/s/charger/live?lang=en&amp;on=nano%3Asim&amp;quote=quo_1"))
    }
  }

  @Test func writtenAmountMayHaveAComma() async throws {
    try await TestServer.with(world()) { server in
      let reply = try await server.form("/s/charger/quote", "amount=5&other=0%2C25")
      #expect(reply.status == 303 && reply["location"] == "/s/charger")
      #expect(server.world.storefront.wishes.first?.amount == Amount(World.tenth.units / 2 * 5))
      // Without a cookie the whole network is one client.
      #expect(server.world.storefront.wishes.first?.customer == Customer(name: "-@127.0.0.0/24", network: nil))
    }
  }

  @Test(arguments: [
    (Offer.refused(.away), 409, "does not answer"), (.badAmount(.tooLittle(least: World.tenth)), 422, "0.1 XNO"),
    (.badAmount(.tooMuch(dearest: World.xno(5))), 422, "0.5 XNO"), (.tooManyForClient, 429, "three open offers"),
    (.tooManyForNetwork, 429, "from your internet connection"),
    (.tableFull, 503, "few minutes"),
  ])
  func refusalIsKind(_ offer: Offer, _ status: Int, _ words: String) async throws {
    try await TestServer.with(world()) { server in
      server.world.storefront.change { $0.offer = offer }
      let reply = try await server.form("/s/charger/quote", "amount=\(World.tenth)")
      #expect(reply.status == status && reply["content-type"] == "text/html; charset=utf-8")
      #expect(reply.text.contains("role=\"alert\"") && reply.text.contains(words))
      #expect((reply["retry-after"] != nil) == (status == 429 || status == 503))
      let german = try await server.form("/s/charger/quote?lang=de", "amount=\(World.tenth)")
      #expect(german.text.contains("<html lang=\"de\""))
    }
  }

  @Test(arguments: ["", "amount=", "amount=x", "amount=-1", "amount=0x10", "other=1e5", "other=abc", "amount=1.5"])
  func amountThatIsNoneIsAskedForAgain(_ fields: String) async throws {
    try await TestServer.with(world()) { server in
      let reply = try await server.form("/s/charger/quote", fields)
      #expect(reply.status == 422 && reply.text.contains("Please choose or write an amount."))
      #expect(server.world.storefront.wishes.isEmpty)
    }
  }

  @Test func otherSitesCannotAsk() async throws {
    try await TestServer.with(world()) { server in
      let reply = try await server.form(
        "/s/charger/quote",
        "amount=\(World.tenth)",
        headers: ["Sec-Fetch-Site": "cross-site", "Accept": "*/*"]
      )
      #expect(reply.status == 403 && reply.code == "cross_site")
      #expect(server.world.storefront.wishes.isEmpty)
      let own = try await server.form(
        "/s/charger/quote",
        "amount=\(World.tenth)",
        headers: ["Sec-Fetch-Site": "same-origin"]
      )
      #expect(own.status == 303)
    }
  }

  @Test func otherMediaTypeAndUnknownSlot() async throws {
    try await TestServer.with(world()) { server in
      let json = try await server.ask(
        "POST",
        "/s/charger/quote",
        headers: ["Content-Type": "application/json"],
        body: "{}"
      )
      #expect(json.status == 415 && json.code == "unsupported_media_type")
      #expect(try await server.form("/s/other/quote", "amount=1").status == 404)
      #expect(try await server.form("/s/charger/quote", "amount=%").status == 400)
    }
  }

  @Test func clientIsLimitedBehindATrustedProxy() async throws {
    let world = world()
    let context = world.context(trustedProxies: ["127.0.0.1"]) { $0.quotesPerClient = 5 }
    try await TestServer.with(world, context: context) { server async throws in
      let ask = { (address: String) in
        try await server.form(
          "/s/charger/quote",
          "amount=\(World.tenth)",
          headers: ["X-Forwarded-For": "10.0.0.1, \(address)"]
        )
      }
      for _ in 0..<5 { #expect(try await ask("192.0.2.7").status == 303) }
      let last = try await ask("192.0.2.7")
      #expect(last.status == 429)
      #expect((100...120).contains(try #require(last["retry-after"].flatMap { Int($0) })))
      #expect(world.storefront.wishes.count == 5)
      #expect(
        world.storefront.wishes.allSatisfy { $0.customer == Customer(name: "-@192.0.2.0/24", network: "192.0.2.0/24") }
      )
      #expect(try await ask("192.0.2.8").status == 303)
      world.clock.advance(ms: 120_000)
      #expect(try await ask("192.0.2.7").status == 303)
      #expect(try await ask("192.0.2.7").status == 429)
    }
  }

  /// This machine itself is a client too; 0 is no limit.
  @Test(arguments: [(2, 429), (0, 303)])
  func loopbackIsAClientToo(_ limit: Int, _ status: Int) async throws {
    let world = world()
    try await TestServer.with(world, context: world.context { $0.quotesPerClient = limit }) { server async throws in
      for _ in 0..<2 { #expect(try await server.form("/s/charger/quote", "amount=\(World.tenth)").status == 303) }
      #expect(try await server.form("/s/charger/quote", "amount=\(World.tenth)").status == status)
    }
  }

  @Test func forwardedAddressOfAStrangerIsNotBelieved() async throws {
    try await TestServer.with(world()) { server in
      _ = try await server.form("/s/charger/quote", "amount=\(World.tenth)", headers: ["X-Forwarded-For": "192.0.2.1"])
      #expect(server.world.storefront.wishes.first?.customer == Customer(name: "-@127.0.0.0/24", network: nil))
    }
  }

  @Test func offerThatIsOverOrPartlyPaid() async throws {
    try await TestServer.with(world()) { server in
      let now = server.world.clock.nowMS
      server.world.ledger.change {
        $0.quotes["over"] = World.quote("over", atMS: now - 1_000_000)
        $0.quotes["part"] = World.quote(
          "part",
          due: World.tenth,
          atMS: now,
          received: Amount(World.tenth.units / 4),
          owns: true
        )
      }
      let over = try await server.ask("GET", "/s/charger?quote=over").text
      #expect(over.contains("This offer is over") && !over.contains(World.address) && over.contains("Get a new offer"))
      let part = try await server.ask("GET", "/s/charger?quote=part").text
      #expect(part.contains("0.025 XNO of 0.1 XNO") && part.contains("Pay 0.075 XNO to …osrs"))
      #expect(try await server.ask("GET", "/s/charger?quote=other").status == 404)
    }
  }

  @Test func paidOfferShowsItsOwnSale() async throws {
    try await TestServer.with(world()) { server in
      let now = server.world.clock.nowMS
      let payment = World.payment(1, atMS: now)
      let quote = World.quote(atMS: now, received: Amount(World.tenth.units + 123), state: .paid)
      server.world.ledger.change {
        $0.quotes[quote.id] = quote
        $0.payments = [payment]
        $0.sales = [
          World.sale("sal_mine", payment: payment, quote: "quo_1", atMS: now, outcome: .done),
          World.sale("sal_other", payment: World.payment(2), quote: "quo_2", atMS: now),
        ]
      }
      let page = try await server.ask("GET", "/s/charger?quote=quo_1").text
      #expect(page.contains("/p/sal_mine") && !page.contains("sal_other") && page.contains("data-kind=\"done\""))
      #expect(!page.contains(World.address) && !page.contains("id=\"renew\""))
    }
  }

  @Test func latePaymentShowsWhatBecameOfIt() async throws {
    try await TestServer.with(world()) { server in
      let now = server.world.clock.nowMS
      let quote = World.quote(atMS: now - 1_000_000, state: .expired)
      let sale = World.sale("sal_late", payment: World.payment(1), atMS: now)
      server.world.ledger.change {
        $0.quotes[quote.id] = quote
        $0.payments = [World.payment(1, amount: quote.due, sale: sale.id, atMS: now)]
        $0.sales = [sale]
      }
      #expect(try await server.ask("GET", "/s/charger?quote=quo_1").text.contains("/p/sal_late"))
      // Another amount at the shared address is somebody else's.
      server.world.ledger.change { $0.payments = [World.payment(1, sale: sale.id, atMS: now)] }
      let other = try await server.ask("GET", "/s/charger?quote=quo_1").text
      #expect(!other.contains("sal_late") && other.contains("This offer is over"))
    }
  }

  @Test func pageAfterARefusalHasAddressesThatCanBeOpened() async throws {
    try await TestServer.with(world()) { server in
      server.world.storefront.change { $0.offer = .tableFull }
      let page = try await server.form("/s/charger/quote", "amount=\(World.tenth)").text
      #expect(page.contains("href=\"/s/charger?lang=de\"") && page.contains("data-keep=\"/s/charger?since="))
      #expect(!page.contains("quote?"))
      let missing = try await server.form("/s/other/quote", "amount=1").text
      #expect(missing.contains("href=\"/?lang=de\""))
    }
  }

  @Test func formIsNotTakenAwayWhileItIsFilledIn() async throws {
    try await TestServer.with(world()) { server async throws in
      #expect(!(try await server.ask("GET", "/s/charger").text.contains("http-equiv")))
      server.world.storefront.change { $0.states[World.slot] = .away }
      #expect(try await server.ask("GET", "/s/charger").text.contains("http-equiv"))
    }
  }
}
