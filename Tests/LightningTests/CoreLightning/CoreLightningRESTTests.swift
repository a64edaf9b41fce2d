import AsyncHTTPClient
import Lightning
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Sockets
import Synchronization
import TestKit
import Testing

/// clnrest, played by a listener that answers what it is told to.
@Suite struct CoreLightningRESTTests {
  private struct Seen: Sendable {
    let method: HTTPMethod
    let target: String
    let rune: String?
    let type: String?
    let body: String
  }

  private final class Door: PlainHTTPService {
    let seen = Mutex<[Seen]>([])
    let reply: @Sendable (Int) -> PlainHTTPAnswer
    init(_ reply: @escaping @Sendable (Int) -> PlainHTTPAnswer) { self.reply = reply }

    func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
      let count = seen.withLock { seen in
        seen.append(
          Seen(
            method: head.method,
            target: head.target,
            rune: head.first("rune"),
            type: head.first("content-type"),
            body: String(buffer: body)
          )
        )
        return seen.count
      }
      return reply(count)
    }
  }

  private static let rune = "94TpOCHxtxl3PTKCeKxNbvjXOFH1uioV4-KpTI-6aFY9MA=="

  private static func json(_ status: HTTPResponseStatus, _ text: String) -> PlainHTTPAnswer {
    .reply(.json(status, text.utf8))
  }

  private func with(
    _ reply: @escaping @Sendable (Int) -> PlainHTTPAnswer,
    certificate: (shown: String, key: String, trusted: String)? = nil,
    rune: String = Self.rune,
    mode: UInt32 = 0o600,
    _ body: (CoreLightningREST, Door) async throws -> Void
  ) async throws {
    let folder = try Folder()
    let door = Door(reply)
    var options = Listener.Options()
    var trusted: String?
    if let certificate {
      options.tls = try ServerTLS(
        certificateFile: try folder.write(certificate.shown, "server.pem"),
        keyFile: try folder.write(certificate.key, "key.pem")
      )
      trusted = try folder.write(certificate.trusted, "ca.pem")
    }
    let listener = try await Listener.serve(
      door,
      on: ["127.0.0.1:0"],
      options: options,
      group: MultiThreadedEventLoopGroup.singleton
    )
    let client = NodeHTTP.client()
    let scheme = certificate == nil ? "http" : "https"
    let port = try #require(listener.ports.first)
    let rest = CoreLightningREST(
      endpoint: try Endpoint(parsing: "\(scheme)://127.0.0.1:\(port)"),
      runeFile: try folder.write(rune + "\n", "rune", mode: mode),
      certificateFile: trusted,
      client: client
    )
    let result: Result<Void, any Error>
    do { result = .success(try await body(rest, door)) } catch { result = .failure(error) }
    try await client.shutdown()
    await listener.close(graceMS: 100)
    try result.get()
  }

  private func failure(_ rest: CoreLightningREST, seconds: Int = 5) async -> NodeFailure? {
    do throws(CoreLightningFailure) {
      _ = try await rest.ask(GetInfo(), within: seconds)
      return nil
    } catch {
      return error.asNodeFailure
    }
  }

  @Test func aCallAndItsAnswer() async throws {
    try await with({ _ in Self.json(.created, Sample.paid(8)) }) { (rest, door) async throws -> Void in
      #expect(try await CoreLightningNode(rest).nextPaid(after: 7, seconds: 1)?.cursor == 8)
      let seen = try #require(door.seen.withLock { $0.first })
      #expect(seen.method == .POST && seen.target == "/v1/waitanyinvoice" && seen.rune == Self.rune)
      #expect(seen.type == "application/json" && seen.body == #"{"lastpay_index":7,"timeout":1}"#)
    }
  }

  @Test func overTLSWithTheNodesOwnAuthority() async throws {
    let good = (shown: Certificates.first, key: Certificates.firstKey, trusted: Certificates.first)
    try await with({ _ in Self.json(.created, Sample.paid(8)) }, certificate: good) { (rest, _) async throws -> Void in
      #expect(try await CoreLightningNode(rest).nextPaid(after: 7, seconds: 0)?.cursor == 8)
    }
    let bad = (shown: Certificates.second, key: Certificates.secondKey, trusted: Certificates.first)
    try await with({ _ in Self.json(.created, Sample.paid(8)) }, certificate: bad) {
      (rest, door) async throws -> Void in
      guard case .refused(let words)? = await failure(rest) else {
        Issue.record("not refused")
        return
      }
      #expect(words.contains("ca.pem"))
      // Nothing was said to a stranger, the rune least of all.
      #expect(door.seen.withLock { $0.isEmpty })
    }
  }

  @Test func theEndOfAWaitHasTheStatus500() async throws {
    let words = #"{"code":904,"message":"Timed out while waiting for invoice to be paid","data":null}"#
    try await with({ _ in Self.json(.internalServerError, words) }) { (rest, _) async throws -> Void in
      #expect(try await CoreLightningNode(rest).nextPaid(after: 7, seconds: 1) == nil)
      #expect(try await CoreLightningNode(rest).newestCursor() == 0)
    }
  }

  @Test(arguments: [
    (403, #"{"code":1501,"message":"Not authorized: Missing rune"}"#, "refused"),
    (401, #"{"code":1502,"message":"Not permitted: too soon"}"#, "refused"),
    (401, #"{"code":1503,"message":"Not authorized: Blacklisted rune"}"#, "refused"),
    (401, #"{"code":-32602,"message":"rune: should be base64 string"}"#, "refused"),
    (401, "", "refused"), (403, "<html>", "refused"),
    (404, #"{"code":-32601,"message":"Unknown command 'getinfo'"}"#, "unsupported"), (404, "nothing here", "refused"),
    (405, "", "garbled"), (406, "", "garbled"), (500, #"{"code":-5,"message":"shutting down"}"#, "away"),
    (500, #"{"code":-32602,"message":"bad"}"#, "unsupported"), (500, "oops", "garbled"), (502, "<html>", "away"),
    (503, "", "away"), (429, "", "away"), (301, "", "garbled"), (201, "[]", "garbled"), (201, "{", "garbled"),
    (201, "{}", "garbled"), (500, #"{"code":"904"}"#, "garbled"),
  ]) func whatIsNoAnswer(_ status: Int, _ body: String, _ kind: String) async throws {
    try await with({ _ in Self.json(HTTPResponseStatus(statusCode: status), body) }) {
      (rest, door) async throws -> Void in
      let failure = try #require(await failure(rest))
      #expect("\(failure)".hasPrefix(kind), "\(status) \(body): \(failure)")
      #expect(!"\(failure)".contains(Self.rune))
      #expect(door.seen.withLock { $0.count } == 1)
    }
  }

  @Test func aRedirectIsNotFollowed() async throws {
    let away = PlainHTTPReply(.temporaryRedirect, headers: [("Location", "http://127.0.0.1:1/")])
    try await with({ _ in .reply(away) }) { (rest, door) async throws -> Void in
      guard case .garbled? = await failure(rest) else {
        Issue.record("not garbled")
        return
      }
      #expect(door.seen.withLock { $0.count } == 1)
    }
  }

  @Test func noAnswerInTime() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    try await with({ _ in
      .later(loop.scheduleTask(in: .seconds(3)) { PlainHTTPReply.text(.created, "{}") }.futureResult)
    }) { (rest, _) async throws -> Void in
      guard case .away(let words)? = await failure(rest, seconds: 1) else {
        Issue.record("not away")
        return
      }
      #expect(words.contains("within 1 s"))
    }
  }

  @Test func aRuneThatOthersCanReadIsNotUsed() async throws {
    try await with({ _ in Self.json(.created, "{}") }, mode: 0o644) { (rest, door) async throws -> Void in
      guard case .refused(let words)? = await failure(rest) else {
        Issue.record("not refused")
        return
      }
      #expect(words.contains("chmod 600"))
      #expect(door.seen.withLock { $0.isEmpty })
    }
    try await with({ _ in Self.json(.created, "{}") }, rune: "two words") { (rest, door) async throws -> Void in
      guard case .refused? = await failure(rest) else {
        Issue.record("not refused")
        return
      }
      #expect(door.seen.withLock { $0.isEmpty })
    }
  }

  @Test func plainHTTPOnlyOnThisMachine() async throws {
    let folder = try Folder()
    let client = NodeHTTP.client()
    let rest = CoreLightningREST(
      endpoint: try Endpoint(parsing: "http://192.0.2.1:3010"),
      runeFile: try folder.write(Self.rune, "rune"),
      certificateFile: nil,
      client: client
    )
    let failure = await failure(rest)
    try await client.shutdown()
    guard case .refused(let words)? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(words.contains("https"))
  }
}
