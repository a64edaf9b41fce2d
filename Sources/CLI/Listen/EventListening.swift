import Coinslot
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Primitives

/// Payments as our server has recorded them: its event stream, resumed where it broke.
struct EventListening {
  let client: ServerClient
  let accounts: [Account]

  /// Events that tell of money on an account.
  private static let types: Set<String> = [
    "payment.confirmed", "payment.partial", "payment.held", "payment.before_start", "payment.contradiction",
  ]

  func run(_ printer: PaymentPrinter) async throws {
    var place: String?
    var patience = Patience()
    while true {
      do {
        try await follow(&place, &patience, printer)
        // The server ends a stream after a while; the next one goes on at the same place.
      } catch is PaymentPrinter.Enough {
        return
      } catch let failure as Failure where place == nil || failure.kind != .cannotConnect && failure.kind != .failed {
        throw failure
      } catch let failure as Failure {
        try await patience.wait(because: failure.words)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        try await patience.wait(because: "the connection broke")
      }
    }
  }

  private func follow(_ place: inout String?, _ patience: inout Patience, _ printer: PaymentPrinter) async throws {
    let resume = place.map { [("Last-Event-ID", $0)] } ?? []
    let body = try await client.open(.GET, "/v1/events", headers: resume, lifeSeconds: 24 * 3_600)
    if place == nil { Standard.error("Listening at \(client.url).") }
    var lines = EventLines()
    for try await piece in body {
      guard let messages = lines.take(piece.readableBytesView) else {
        throw Failure(.failed, "what comes is no event stream")
      }
      for message in messages {
        place = message.id ?? place
        patience.renew()
        try take(message, printer)
      }
    }
  }

  private func take(_ message: EventLines.Message, _ printer: PaymentPrinter) throws {
    if message.event == "reset" {
      Standard.error("coinslot: the server cannot tell what happened meanwhile: coinslot payment list")
    }
    guard let type = message.event, Self.types.contains(type), let event = try? JSONValue(parsing: message.data),
      let facts = event["data"]?.object, let address = event["data"]?["account"]?.string,
      accounts.contains(where: { $0.address == address })
    else { return }
    let isToy = event["data"]?["chain"]?.string?.hasSuffix(":sim") == true
    let head: [JSONValue.Member] = [
      .init("type", .string(type)), .init("at_ms", event["at_ms"] ?? .null), .init("simulation", .bool(isToy)),
    ]
    let known = head.map(\.key)
    try printer.tell(.object(head + facts.filter { !known.contains($0.key) }))
  }
}
