package import AsyncHTTPClient
import NIOHTTP1
import Primitives
package import Sockets

/// clnrest, the HTTP door of a Core Lightning node: `POST /v1/<method>` with a rune that permits only what we need.
///
/// The rune is `[["method=invoice","method=waitanyinvoice","method=listinvoices","method=getinfo"]]`; `readonly` permits
/// neither invoices nor waits, and a rate in it is used up by every call. Each call opens a connection of its own at the
/// node, so waits hinder nothing.
package struct CoreLightningREST: CoreLightningTransport {
  private static let name = "clnrest"

  private let endpoint: Endpoint
  private let runeFile: String
  private let http: NodeHTTP

  /// The door at `endpoint`, such as `https://localhost:3010`.
  ///
  /// - Parameters:
  ///   - endpoint: With `https`; `http` only on this machine.
  ///   - runeFile: Holds the rune; only its owner may read it. Read at each call.
  ///   - certificateFile: The node's `ca.pem` or `server.pem`; nil: the system's authorities count.
  ///   - client: One of `NodeHTTP.client()`.
  package init(endpoint: Endpoint, runeFile: String, certificateFile: String?, client: HTTPClient) {
    self.endpoint = endpoint
    self.runeFile = runeFile
    http = NodeHTTP(name: Self.name, endpoint: endpoint, certificateFile: certificateFile, client: client)
  }

  package func carry(
    _ request: CoreLightningRequest,
    within seconds: Int,
    isWait: Bool
  ) async throws(NodeFailure) -> CoreLightningOutcome {
    guard endpoint.scheme == .https || endpoint.isThisMachine else {
      throw .refused("clnrest over http would show the rune to everybody between; use https")
    }
    let reply = try await http.send(
      .init(
        method: .POST,
        path: "/v1/\(request.method)",
        headers: [("Rune", try rune())],
        contentType: "application/json",
        body: request.body,
        withinMS: Int64(seconds) * 1_000
      )
    )
    return try Self.outcome(status: reply.status, body: reply.body, method: request.method)
  }

  /// What an answer says.
  ///
  /// A refusal of the node has the status 500 whatever its code, the end of a wait (904) too; only what concerns the
  /// rune and the method has others. A success is 201.
  package static func outcome(status: Int, body: [UInt8], method: String) throws(NodeFailure) -> CoreLightningOutcome {
    let refusal: CoreLightningRefusal
    do throws(CoreLightningRefusal) {
      let value = try CoreLightningReply.json(body)
      if (200..<300).contains(status) { return .result(try CoreLightningObject(value, "answer")) }
      let error = try CoreLightningError(value)
      // A rune that is no rune at all has the code of a bad parameter.
      guard status == 401 || status == 403 else { return .error(error) }
      return .error(CoreLightningError(code: error.runeCode, message: error.message, data: error.data))
    } catch {
      refusal = error
    }
    switch status {
    case 200..<300: throw .garbled("clnrest answers \(method) with what is no answer: \(refusal.words)")
    case 401, 403: throw .refused("clnrest does not take our rune for \(method) (status \(status))")
    case 404: throw .refused("there is no clnrest at this address (status 404); correct it in the configuration")
    case 429, 502...504: throw .away("clnrest is too busy or away (status \(status))")
    default: throw .garbled("clnrest answers \(method) with the status \(status) and no reason")
    }
  }

  /// What the rune permits, for the operator; nothing is asked.
  ///
  /// - Throws: `NodeFailure.refused`, which names the file.
  package func permissions() throws(NodeFailure) -> CoreLightningRune {
    do { return try CoreLightningRune(try rune()) } catch let failure as NodeFailure { throw failure } catch {
      throw .refused("\(runeFile): holds no rune; write what createrune gives under \"rune\" into it")
    }
  }

  private func rune() throws(NodeFailure) -> String {
    let rune = try NodeFile.readSecretText(runeFile)
    guard rune.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw .refused("\(runeFile): holds no rune; write what createrune gives under \"rune\" into it")
    }
    return rune
  }
}

extension CoreLightningError {
  /// The code, or the one that says that the rune is at fault.
  fileprivate var runeCode: Int64 {
    (Self.runeNotOurs...Self.runeRevoked).contains(code) ? code : Self.runeNotOurs
  }
}

extension Endpoint {
  /// Whether nobody but this machine sees what is sent there.
  fileprivate var isThisMachine: Bool { host == "localhost" || host == "127.0.0.1" || host == "::1" }
}
