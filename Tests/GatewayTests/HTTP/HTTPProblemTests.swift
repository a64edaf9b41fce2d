import Gateway
import NIOCore
import NIOHTTP1
import Primitives
import Sockets
import Testing

@Suite struct HTTPProblemTests {
  @Test func saysAllThatRFC9457Asks() throws {
    let problem = HTTPProblem(.forbidden, "peer_not_allowed", "not \"you\"")
    let value = try JSONValue(parsing: Array(buffer: problem.reply().body), maxDepth: 4)
    #expect(value["type"]?.string == "urn:coinslot:problem:peer_not_allowed")
    #expect(value["title"]?.string == "Forbidden")
    #expect(value["status"]?.int == 403)
    #expect(value["detail"]?.string == "not \"you\"")
    #expect(value["code"]?.string == "peer_not_allowed")
    #expect(problem.reply().headers.contains { $0 == ("Content-Type", "application/problem+json") })
  }
}
