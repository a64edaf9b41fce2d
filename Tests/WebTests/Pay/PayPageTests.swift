import Coinslot
import Testing

@testable import Web

struct PayPageTests {
  @Test func everythingAPayerNeeds() async throws {
    try await TestServer.with { server in
      let page = try await server.ask("GET", "/s/charger")
      #expect(page.status == 200 && page["content-type"] == "text/html; charset=utf-8")
      #expect(page["cache-control"] == "no-store" && page["content-language"] == "en")
      let text = page.text
      #expect(text.contains("<html lang=\"en\"") && text.contains("<h1>USB charger</h1>"))
      #expect(text.contains("LOCAL SIMULATION"))
      #expect(text.contains("<svg class=\"qr\" role=\"img\" aria-label=\"Pay 0.1 XNO to …osrs\""))
      #expect(text.contains("href=\"nano:\(World.address)?amount=100000000000000000000000000000\""))
      #expect(text.contains(">\(World.address)</p>"))
      for line in ["0.1 XNO", "10 minutes", "0.2 XNO", "20 minutes", "0.5 XNO", "1 hour"] {
        #expect(text.contains(line))
      }
      #expect(text.contains(">Ready<") && text.contains("data-tone=\"ready\""))
      #expect(page.all("set-cookie").isEmpty)
    }
  }

  @Test func germanByBrowserByAddressAndByCookie() async throws {
    try await TestServer.with { server in
      let browser = try await server.ask("GET", "/s/charger", headers: ["Accept-Language": "de-DE,de;q=0.9"])
      #expect(browser.text.contains("<html lang=\"de\"") && browser.text.contains("0,1 XNO"))
      #expect(
        browser.text.contains("10 Minuten") && browser.text.contains("Bereit")
          && browser.text.contains("LOCAL SIMULATION")
      )
      let address = try await server.ask("GET", "/s/charger?lang=de")
      #expect(address.text.contains("Bereit") && address.all("set-cookie").first?.hasPrefix("lang=de;") == true)
      let cookie = try await server.ask(
        "GET",
        "/s/charger",
        headers: ["Cookie": "a=b; lang=de", "Accept-Language": "en"]
      )
      #expect(cookie.text.contains("Bereit"))
      let unknown = try await server.ask("GET", "/s/charger?lang=xx")
      #expect(unknown.text.contains("<html lang=\"en\"") && unknown.all("set-cookie").isEmpty)
    }
  }

  @Test func chosenLineIsInTheCode() async throws {
    try await TestServer.with { server in
      let page = try await server.ask("GET", "/s/charger?amount=\(World.xno(5))")
      #expect(page.text.contains("Pay 0.5 XNO to …osrs") && page.text.contains("?amount=\(World.xno(5))\""))
      // Only a line of the table can be chosen.
      let other = try await server.ask("GET", "/s/charger?amount=1")
      #expect(other.text.contains("Pay 0.1 XNO to …osrs"))
    }
  }

  @Test(arguments: StateTextTests.states.filter { !$0.invites })
  func withoutInvitationThereIsNoAddress(_ state: SlotState) async throws {
    try await TestServer.with { server in
      server.world.storefront.change { $0.states[World.slot] = state }
      let page = try await server.ask("GET", "/s/charger")
      #expect(page.status == 200)
      #expect(!page.text.contains(World.address) && !page.text.contains("<svg") && !page.text.contains("nano:nano_"))
      #expect(page.text.contains("Please do not pay now") && page.text.contains("data-tone=\"shut\""))
      #expect(page.text.contains("10 minutes"))
    }
  }

  @Test func liveChainHasNoBanner() async throws {
    let live = Account(chain: .nanoLive, canonical: World.address)
    let slot = Slot(
      id: World.slot,
      title: "Live",
      pay: [Slot.PayOption(account: live, price: World.steps)],
      does: Slot.Effect(device: World.device, channel: 0)
    )
    let world = World([slot])
    try await TestServer.with(world, context: world.context(network: FakeNetwork(chain: .nanoLive))) {
      server async throws in
      #expect(!(try await server.ask("GET", "/s/charger").text.contains("LOCAL SIMULATION")))
    }
  }

  @Test func networkThatIsNotConfiguredInvitesNobody() async throws {
    let world = World()
    try await TestServer.with(world, context: world.context(network: FakeNetwork(chain: .nanoLive))) { server in
      let page = try await server.ask("GET", "/s/charger").text
      #expect(!page.contains(World.address) && page.contains("Payments paused") && page.contains("10 minutes"))
    }
  }

  @Test func unknownSlotIsNotFound() async throws {
    try await TestServer.with { server async throws in
      for path in ["/s/other", "/s/OTHER", "/s/..", "/s/%3Cscript%3E", "/s/charger/nothing"] {
        #expect(try await server.ask("GET", path).status == 404, "\(path)")
      }
    }
  }

  @Test func worksWithoutScript() async throws {
    try await TestServer.with { server in
      let text = try await server.ask("GET", "/s/charger").text
      #expect(text.contains("<noscript><meta http-equiv=\"refresh\" content=\"10; url=/s/charger?since=17"))
      // Nothing inline: the policy would not let it run anyway.
      #expect(!text.contains("<style") && !text.contains(" style=") && !text.contains("onclick"))
      #expect(text.components(between: "<script", and: ">").allSatisfy { $0.contains("src=\"/assets/pay.js?v=") })
      // One heading of the first rank, one polite live region, buttons that only a script can serve are hidden.
      #expect(text.components(separatedBy: "<h1").count == 2)
      #expect(text.components(separatedBy: "aria-live=").count == 2)
      #expect(text.contains("hidden>Copy address</button>"))
    }
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{stateWord}}{{{stateWord}}}", "&lt;b&gt;",
    "'; DROP TABLE--", "\u{0600}<script>alert(1)</script>", "\"\u{0301} onmouseover=alert(1) x=\"\u{0301}",
    "<\u{200d}script>",
    "\u{202e}evil", "</title><svg onload=alert(1)>",
  ])
  func hostileTitleStaysText(_ title: String) async throws {
    let world = World([World.charger(title: title)])
    world.storefront.change { $0.states[World.slot] = .closed(title) }
    try await TestServer.with(world) { server in
      for path in [
        "/s/charger", "/", "/s/charger?lang=%22%3E%3Cscript%3E&since=%22%3E%3Cscript%3E&x=%22%3E%3Cscript%3Ealert",
      ] {
        let page = try await server.ask("GET", path)
        #expect(page.status == 200)
        let scalars = Array(page.text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() where scalar == "<" {
          // Whatever a browser could take for a tag is one of ours.
          let name = String(
            String.UnicodeScalarView(
              scalars[(index + 1)...].prefix { $0.properties.isAlphabetic || $0 == "!" || $0 == "/" }
            )
          )
          #expect(Self.tags.contains(name), "\(name) in \(path)")
        }
        #expect(!page.text.unicodeScalars.elementsEqual("x".unicodeScalars))
        #expect(!String(page.text.unicodeScalars.filter { $0.isASCII }).contains("alert(1) x=\""), "\(path)")
      }
    }
  }

  static let tags: Set<String> = [
    "!doctype", "html", "/html", "head", "/head", "meta", "title", "/title", "link", "script", "/script", "noscript",
    "/noscript", "body", "/body", "p", "/p", "strong", "/strong", "main", "/main", "h", "/h", "span", "/span",
    "section", "/section", "progress", "/progress", "ol", "/ol", "li", "/li", "a", "/a", "svg", "/svg", "rect", "path",
    "button", "/button", "ul", "/ul", "footer", "/footer", "nav", "/nav",
  ]

  @Test func quotesInTextsAreEscaped() async throws {
    try await TestServer.with(World([World.charger(title: "\"\u{0301} autofocus x=")])) { server in
      let text = try await server.ask("GET", "/s/charger").text
      #expect(text.unicodeScalars.count(of: "\"") % 2 == 0)
      #expect(text.contains("&quot;\u{0301} autofocus"))
    }
  }

  @Test func progressOfThePaymentSinceThePageWasOpened() async throws {
    try await TestServer.with { server in
      let world = server.world
      let now = world.clock.nowMS
      let payment = World.payment(1, atMS: now)
      let sale = World.sale("sal_1", payment: payment, atMS: now)
      world.ledger.change {
        $0.payments = [payment]
        $0.sales = [sale]
        $0.dispatches = [World.dispatch(sale: sale.id, state: .accepted, leftMS: 600_000, leftAtMS: now)]
      }
      let running = try await server.ask("GET", "/s/charger?since=\(now)").text
      #expect(running.contains("data-kind=\"running\"") && running.contains("0.1 XNO for 10 minutes."))
      #expect(running.contains("href=\"/p/sal_1\"") && (running.contains(">10:00</span>") || running.contains(">9:5")))
      #expect(running.contains("class=\"now\" aria-current=\"step\">Running</li>"))
      // Somebody who comes later does not see it as theirs; nor does a moment that cannot be.
      for since in [now + 1, now + 3_600_000, 5, -1] {
        let text = try await server.ask("GET", "/s/charger?since=\(since)").text
        #expect(text.contains("data-kind=\"waiting\""), "\(since)")
      }
      world.ledger.change { $0.sales = [World.sale("sal_1", payment: payment, atMS: now, outcome: .done)] }
      let done = try await server.ask("GET", "/s/charger?since=\(now)").text
      #expect(done.contains("data-kind=\"done\"") && done.contains("Thank you") && !done.contains("http-equiv"))
    }
  }

  @Test func heldMoneyIsExplained() async throws {
    try await TestServer.with { server in
      let now = server.world.clock.nowMS
      server.world.ledger.change {
        $0.payments = [World.payment(1, standing: .held, reason: "underpaid", atMS: now)]
      }
      let text = try await server.ask("GET", "/s/charger?since=\(now)&lang=de").text
      #expect(text.contains("hat aber nichts gekauft") && text.contains("kleiner als der kleinste Preis"))
    }
  }
}

extension Sequence where Element: Equatable {
  func count(of element: Element) -> Int { reduce(0) { $0 + ($1 == element ? 1 : 0) } }
}

extension String {
  func components(separatedBy mark: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let found = rest.firstRange(of: mark) {
      parts.append(String(rest[..<found.lowerBound]))
      rest = rest[found.upperBound...]
    }
    return parts + [String(rest)]
  }
}
