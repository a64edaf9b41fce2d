import Coinslot
import Primitives
import Testing

@testable import Web

/// What pages of other sites can make a visitor's browser send, and what our own pages send.
struct BrowserGuardTests {
  static let forms = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]

  /// Every route that changes something, against a form of another site: no permission is needed to send that.
  @Test func noFormOfAnotherSiteChangesAnything() async throws {
    let changes = ["/s/charger/quote"] + AdminGuardTests.paths.filter { $0.0 == "POST" }.map(\.1)
    let world = World([World.charger(tellApart: .lowDigits)])
    try await TestServer.with(world) { server in
      for path in changes {
        for type in Self.forms {
          for sign in [
            ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"],
            ["Origin": "http://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "same-site"],
            ["Origin": "http://127.0.0.1:1"], ["Origin": "http://127.0.0.1.evil.example:\(server.port)"],
          ] {
            // The worst case: the browser has the token, too.
            var headers = sign
            headers["Content-Type"] = type
            headers["Authorization"] = "Bearer \(server.world.token)"
            let reply = try await server.ask("POST", path, headers: headers, body: "amount=\(World.tenth)")
            #expect(reply.status == 403 && reply.code == "cross_site", "\(path) \(sign)")
          }
        }
      }
      #expect(server.world.storefront.wishes.isEmpty && server.world.workshop.log.isEmpty)
      #expect(try await server.world.ledger.closure(of: World.slot) == nil)
    }
  }

  /// Two fields, one of them ours: somebody put one in.
  @Test(arguments: [
    "Origin: http://127.0.0.1:PORT\r\nOrigin: http://evil.example\r\n",
    "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n",
  ])
  func twoFieldsMustBothBeOurs(_ fields: String) async throws {
    try await TestServer.with(World([World.charger(tellApart: .lowDigits)])) { server in
      let body = "amount=\(World.tenth)"
      let head =
        "POST /s/charger/quote HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n"
        + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n"
      let reply = try await server.raw(head + fields.replacing("PORT", with: "\(server.port)") + "\r\n" + body)
      #expect(reply.status == 403)
      #expect(server.world.storefront.wishes.isEmpty)
    }
  }

  @Test func ourOwnPagesMayAsk() async throws {
    let world = World([World.charger(tellApart: .lowDigits)])
    let context = world.context(publicURL: "https://pay.example.org")
    try await TestServer.with(world, context: context) { server async throws in
      let port = server.port
      let own: [[String: String]] = [
        ["Origin": "http://127.0.0.1:\(port)", "Sec-Fetch-Site": "same-origin"],
        ["Origin": "https://pay.example.org", "Sec-Fetch-Site": "same-origin"], ["Sec-Fetch-Site": "none"], [:],
      ]
      for headers in own {
        let reply = try await server.form("/s/charger/quote", "amount=\(World.tenth)", headers: headers)
        #expect(reply.status == 303, "\(headers)")
      }
      let plain = try await server.form(
        "/s/charger/quote",
        "amount=\(World.tenth)",
        headers: ["Origin": "http://pay.example.org"]
      )
      #expect(plain.status == 403, "the public address is https")
    }
  }

  static let browsers = [
    ["User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"], ["Sec-Fetch-Site": "same-origin"], ["Sec-Fetch-Dest": "empty"],
    ["Origin": "http://rebound.example:8402"],
  ]

  /// A page whose name was pointed to our address reads nothing here, whatever it asks for.
  @Test(arguments: ["rebound.example", "rebound.example:8402", "127.0.0.1.rebound.example", "pay.example.org.evil"])
  func aReboundNameIsNotOurs(_ host: String) async throws {
    try await TestServer.with { server in
      for browser in Self.browsers {
        for path in ["/", "/s/charger", "/metrics", "/readyz?verbose", "/v1/payments", "/livez", "/nothing"] {
          let reply = try await ask(server, path, host, browser)
          #expect(reply.status == 421 && reply.code == "foreign_host", "\(path) \(browser)")
        }
      }
      // A program is asked nothing: it is not steered by a page.
      #expect(try await ask(server, "/livez", host, ["User-Agent": "curl/8"]).status == 200)
    }
  }

  @Test(arguments: [
    "127.0.0.1:1", "[::1]:8402", "192.168.1.7", "localhost:8402", "raspberrypi", "raspberrypi.local:8402", "box.lan",
    "pay.example.org", "PAY.example.org:443", "shop.example.net:8402",
  ])
  func ourNamesAnswer(_ host: String) async throws {
    let world = World()
    let context = world.context(publicURL: "https://pay.example.org") { $0.names = ["shop.example.net:8402"] }
    try await TestServer.with(world, context: context) { server async throws in
      #expect(try await ask(server, "/livez", host, ["User-Agent": "Mozilla/5.0"]).status == 200)
    }
  }

  @Test(arguments: [
    (".", false), ("", false), ("local", true), (".local", false), ("a.local.", true), ("a.localx", false),
    ("pay.example.org.", true), ("x.pay.example.org", false), ("::1", true), ("[::1]", true), ("1.2.3", false),
  ])
  func names(_ host: String, _ isOurs: Bool) {
    #expect(OurNames(publicURL: "https://pay.example.org", names: []).contains(host) == isOurs)
  }

  private func ask(_ server: TestServer, _ path: String, _ host: String, _ headers: [String: String]) async throws
    -> Reply
  {
    let fields = headers.map { "\($0): \($1)\r\n" }.joined()
    return try await server.raw("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(fields)\r\n")
  }
}
