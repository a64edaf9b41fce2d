import Primitives
import Sockets

/// One car, asked through the signing proxy with the owner's token.
struct TeslaProxy: Sendable {
  let endpoint: Endpoint
  let vin: String
  let keyring: TeslaKeyring
  let http: OutgoingHTTP

  /// What came of one request, or why there was none.
  enum Result {
    case answered(OutgoingReply)
    case failed(OutgoingFailure)
    case noToken(TeslaKeyring.Failure)
  }

  /// Asks with the token; one that is rejected is renewed once and the request made again.
  ///
  /// A rejected token proves that nothing was executed. `startWithinMS` is asked again before the second request.
  func ask(
    _ method: OutgoingRequest.Method,
    _ path: String,
    _ body: JSONValue? = nil,
    startWithinMS: () -> Int64
  ) async -> Result {
    var rejected: String?
    while true {
      let token: String
      switch await keyring.access(not: rejected) {
      case .success(let access): token = access
      case .failure(let failure): return .noToken(failure)
      }
      guard let target = try? MachineURL.at("/api/1/vehicles/\(vin)\(path)", of: endpoint) else {
        return .failed(.notSent("the proxy's address cannot be used"))
      }
      let request = OutgoingRequest(
        method,
        target,
        headers: [("authorization", "Bearer \(token)"), ("content-type", "application/json")],
        body: body.map { Array($0.text().utf8) } ?? [],
        startWithinMS: startWithinMS(),
        // The proxy itself waits 10 s for the car.
        withinMS: 20_000
      )
      do throws(OutgoingFailure) {
        let reply = try await http.ask(request)
        guard reply.status == 401, rejected == nil else { return .answered(reply) }
        rejected = token
      } catch { return .failed(error) }
    }
  }
}
