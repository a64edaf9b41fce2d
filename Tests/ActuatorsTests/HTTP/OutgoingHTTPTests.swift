import Primitives
import Sockets
import TestKit
import Testing

@testable import Actuators

@Suite struct OutgoingHTTPTests {
  private func ask(
    _ url: String,
    allowsPrivate: Bool = true,
    trust: MachineTrust = .system,
    lookup: NameLookup = .system,
    startWithinMS: Int64 = 2_000,
    withinMS: Int64 = 2_000
  ) async throws -> OutgoingReply {
    let endpoint = try Endpoint(parsing: url)
    return try await OutgoingHTTP(rule: AddressRule(allowsPrivate: allowsPrivate), trust: trust, lookup: lookup).ask(
      .json(endpoint, Array("{}".utf8), startWithinMS: startWithinMS, withinMS: withinMS)
    )
  }

  private func failure(_ body: () async throws -> OutgoingReply) async -> OutgoingFailure? {
    do {
      let reply = try await body()
      Issue.record("answered \(reply.status)")
      return nil
    } catch {
      return error as? OutgoingFailure
    }
  }

  private func isNotSent(_ failure: OutgoingFailure?) -> Bool { if case .notSent = failure { true } else { false } }
  private func isDoubt(_ failure: OutgoingFailure?) -> Bool {
    if case .mayHaveArrived = failure { true } else { false }
  }

  @Test func hearsAnAnswer() async throws {
    try await withServer { ask in
      .status(201, "{\"a\":1}", headers: [("X-Thing", "yes"), ("Retry-After", "7")])
    } _: { server async throws in
      let reply = try await ask("\(server.url)/a?b=c")
      #expect(reply.status == 201 && reply.isWhole)
      #expect(String(decoding: reply.body, as: UTF8.self) == "{\"a\":1}")
      #expect(reply.header("x-thing") == "yes" && reply.retryAfterMS == 7_000)
      #expect(server.asks.first?.target == "/a?b=c" && server.asks.first?.header("connection") == "close")
    }
  }

  @Test func aRedirectIsAnAnswer() async throws {
    try await withServer { _ in
      .status(307, headers: [("Location", "/other")])
    } _: { server async throws in
      #expect(try await ask(server.url).status == 307)
      #expect(server.asks.count == 1)
    }
  }

  @Test func nothingLeavesWhereNobodyListens() async throws {
    let port = try await freePort()
    #expect(isNotSent(await failure { try await ask("http://127.0.0.1:\(port)/") }))
  }

  @Test func aClosedConnectionIsDoubt() async throws {
    try await withServer { _ in
      .hangUp
    } _: { server async throws in
      #expect(isDoubt(await failure { try await ask(server.url) }))
      #expect(server.asks.count == 1)
    }
  }

  @Test func silenceIsDoubtWithinItsTime() async throws {
    try await withServer { _ in
      .silence
    } _: { server async throws in
      let took = await ContinuousClock().measure {
        #expect(isDoubt(await failure { try await ask(server.url, withinMS: 1_500) }))
      }
      #expect(took < .seconds(5))
    }
  }

  @Test func anAnswerThatIsNoHTTPIsDoubt() async throws {
    try await withServer { _ in
      .raw("nonsense\r\n\r\n")
    } _: { server async throws in
      #expect(isDoubt(await failure { try await ask(server.url) }))
    }
  }

  @Test func aLongAnswerIsCut() async throws {
    try await withServer { _ in
      .status(200, String(repeating: "x", count: 300_000))
    } _: { server async throws in
      let reply = try await ask(server.url)
      #expect(reply.status == 200 && !reply.isWhole && reply.body.count == OutgoingHTTP.mostBytes)
    }
  }

  @Test func anAnswerThatBreaksOffIsNotWhole() async throws {
    try await withServer { _ in
      .raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
    } _: { server async throws in
      let reply = try await ask(server.url)
      #expect(reply.status == 200 && !reply.isWhole)
    }
  }

  @Test func nothingStartsWithoutTime() async throws {
    try await withServer { _ in
      .status(200)
    } _: { server async throws in
      #expect(isNotSent(await failure { try await ask(server.url, startWithinMS: 0) }))
      #expect(server.asks.isEmpty)
    }
  }

  @Test func thePrivateIsRefusedUnlessAllowed() async throws {
    try await withServer { _ in
      .status(200)
    } _: { server async throws in
      #expect(isNotSent(await failure { try await ask(server.url, allowsPrivate: false) }))
      // A public name that stands for a private address.
      let lookup = NameLookup { _ in ["127.0.0.1"] }
      let url = "http://hook.example:\(server.port)/"
      #expect(isNotSent(await failure { try await ask(url, allowsPrivate: false, lookup: lookup) }))
      #expect(server.asks.isEmpty)
      #expect(try await ask(url, lookup: lookup).status == 200)
      #expect(server.asks.first?.header("host") == "hook.example:\(server.port)")
    }
  }

  /// A name service that answers differently the second time gains nothing: nobody asks twice.
  @Test func aNameIsLookedUpOnce() async throws {
    try await withServer { _ in
      .status(200)
    } _: { server async throws in
      let tally = Tally()
      let lookup = NameLookup { _ in
        tally.add()
        return tally.count == 1 ? ["127.0.0.1"] : ["127.0.0.9"]
      }
      #expect(try await ask("http://rebind.example:\(server.port)/", lookup: lookup).status == 200)
      #expect(tally.count == 1)
    }
  }

  @Test func theNextAddressIsTriedWhereNothingLeft() async throws {
    try await withServer { _ in
      .status(200)
    } _: { server async throws in
      let lookup = NameLookup { _ in ["127.0.0.77", "127.0.0.1"] }
      #expect(try await ask("http://two.example:\(server.port)/", lookup: lookup).status == 200)
    }
  }

  @Test func plainHTTPStaysInTheHouse() async throws {
    let lookup = NameLookup { _ in ["192.0.2.1"] }
    #expect(isNotSent(await failure { try await ask("http://far.example/", allowsPrivate: false, lookup: lookup) }))
    #expect(
      await failure { try await ask("http://far.example/", lookup: NameLookup { _ in ["1.1.1.1"] }) }
        == .notSent("plain http is for machines in the house; use https")
    )
  }

  @Test func anUnknownNameIsNotAsked() async throws {
    let lookup = NameLookup { _ in [] }
    #expect(isNotSent(await failure { try await ask("https://none.example/", lookup: lookup) }))
    let slow = NameLookup { _ in
      try? await Task.sleep(for: .seconds(20))
      return ["127.0.0.1"]
    }
    let took = await ContinuousClock().measure {
      #expect(isNotSent(await failure { try await ask("http://slow.example/", lookup: slow, startWithinMS: 200) }))
    }
    #expect(took < .seconds(3))
  }

  @Test func theSystemKnowsLocalhost() async throws {
    let found = await NameLookup.system.addresses(of: "localhost", withinMS: 5_000)
    #expect(found.contains("127.0.0.1") || found.contains("::1"))
    #expect(await NameLookup.system.addresses(of: "127.0.0.1", withinMS: 5_000) == ["127.0.0.1"])
  }

  @Test func aCertificateNobodyVouchesForProvesThatNothingLeft() async throws {
    let folder = try Folder()
    let files = try Certificates.write(into: folder.path)
    let tls = try ServerTLS(certificateFile: files.certificate, keyFile: files.key)
    let server = try await ScriptedServer(tls: tls) { _ in .status(200) }
    let url = "https://localhost:\(server.port)/"
    #expect(isNotSent(await failure { try await ask(url) }))
    #expect(server.asks.isEmpty)
    #expect(try await ask(url, trust: .file(files.certificate)).status == 200)
    #expect(isNotSent(await failure { try await ask(url, trust: .file("\(folder.path)/none.pem")) }))
    #expect(server.asks.count == 1)
    await server.close()
  }
}
