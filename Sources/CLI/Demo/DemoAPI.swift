import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Primitives

/// The API of a demo's server, asked with the admin token as an operator would.
struct DemoAPI: Sendable {
  let url: String
  /// The folder of the demo.
  let folder: String

  /// Asks and reads the answer.
  func get(_ path: String) async throws -> JSONValue {
    let response = try await HTTPClient.shared.execute(try request(path), timeout: .seconds(10))
    let body = Array(buffer: try await response.body.collect(upTo: 1 << 20))
    return try JSONValue(parsing: body)
  }

  func request(_ path: String) throws -> HTTPClientRequest {
    let token = try String(contentsOfFile: "\(folder)/data/admin.token", encoding: .utf8)
    var request = HTTPClientRequest(url: url + path)
    request.headers.add(
      name: "authorization",
      value: "Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))"
    )
    return request
  }

  /// Returns once the slot invites to pay.
  ///
  /// - Throws: `Failure` with what stands in the way after 30 s.
  func waitUntilReady(_ slot: String) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while true {
      let state = try await get("/v1/slots/\(slot)")["pay"]?.array?.first?["state"]
      if state?["invites"]?.bool == true { return }
      guard ContinuousClock.now < end else {
        throw Failure(
          .failed,
          "the slot does not open: \(state?["word"]?.string ?? "?") \(state?["detail"]?.string ?? "")"
        )
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
