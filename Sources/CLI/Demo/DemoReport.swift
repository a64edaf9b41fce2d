import AsyncHTTPClient
import Foundation
import NIOCore
import Primitives
import Synchronization

/// One payment followed from the wallet to the relay, by the server's own event stream.
struct DemoReport {
  let town: DemoTown
  let timeline: DemoTimeline

  /// The events in the order a good payment brings them.
  private static let hops = ["payment.confirmed", "sale.created", "dispatch.sent", "dispatch.accepted"]

  /// Pays, follows, reports.
  ///
  /// - Throws: `Failure` where a hop does not come within 30 s.
  func make() async throws -> JSONValue {
    let seen = DemoSeen()
    let response = try await HTTPClient.shared.execute(try town.api.request("/v1/events"), timeout: .seconds(60))
    let paidAtMS = Self.nowMS
    let hash = try await town.pay("0.1")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var type = "", buffer: [UInt8] = []
        for try await part in response.body {
          buffer += Array(buffer: part)
          while let end = buffer.firstIndex(of: 0x0a) {
            let line = String(decoding: buffer[..<end], as: UTF8.self)
            buffer.removeSubrange(...end)
            if line.hasPrefix("event: ") { type = String(line.dropFirst(7)) }
            guard line.hasPrefix("data: "), let data = try? JSONValue(parsing: String(line.dropFirst(6))) else {
              continue
            }
            let now = Self.nowMS
            seen.note(type, data, atMS: now)
            if seen.missing(of: Self.hops) == nil { return }
          }
        }
        throw Failure(.failed, "the event stream ended early")
      }
      group.addTask {
        try await Task.sleep(for: .seconds(30))
        let missing = seen.missing(of: Self.hops) ?? "end"
        throw Failure(.failed, "no \(missing) within 30 s of the payment \(hash.hex(uppercase: true))")
      }
      try await group.next()
      group.cancelAll()
    }
    return try await report(hash, paidAtMS: paidAtMS, seen: seen.all)
  }

  private func report(
    _ hash: Bytes32,
    paidAtMS: Int64,
    seen: [String: (atMS: Int64, data: JSONValue)]
  ) async throws -> JSONValue {
    let payments = try await town.api.get("/v1/payments")["data"]?.array ?? []
    guard let payment = payments.first(where: { $0["transaction"]?.string == hash.hex(uppercase: true) }),
      let saleID = payment["sale"]?.string
    else { throw Failure(.failed, "the payment is not in the ledger") }
    let sale = try await town.api.get("/v1/sales/\(saleID)")
    let dispatches = try await town.api.get("/v1/dispatches")["data"]?.array ?? []
    guard let dispatch = dispatches.first(where: { $0["sale"]?.string == saleID }) else {
      throw Failure(.failed, "the sale has no dispatch")
    }
    guard let closedMS = timeline.switchedOnAtMS else { throw Failure(.failed, "the relay did not close") }
    var hops: [JSONValue.Member] = [.init("paid_ms", .number("0"))]
    for hop in Self.hops {
      guard let atMS = seen[hop]?.atMS else { continue }
      hops.append(.init(hop.replacingOccurrences(of: ".", with: "_") + "_ms", .number("\(atMS - paidAtMS)")))
    }
    hops.append(.init("relay_closed_ms", .number("\(closedMS - paidAtMS)")))
    return .object([
      .init("simulation", .bool(true)), .init("hops", .object(hops)), .init("payment", payment), .init("sale", sale),
      .init("dispatch", dispatch), .init("acknowledgement", seen["dispatch.accepted"]?.data ?? .null),
    ])
  }

  private static var nowMS: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}

/// The first event of each type, and when it came.
private final class DemoSeen: Sendable {
  private let events = Mutex<[String: (atMS: Int64, data: JSONValue)]>([:])

  var all: [String: (atMS: Int64, data: JSONValue)] { events.withLock { $0 } }

  func note(_ type: String, _ data: JSONValue, atMS: Int64) {
    events.withLock { events in
      if events[type] == nil { events[type] = (atMS, data) }
    }
  }

  func missing(of types: [String]) -> String? { events.withLock { events in types.first { events[$0] == nil } } }
}
