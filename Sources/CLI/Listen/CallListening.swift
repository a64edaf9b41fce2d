import Coinslot
import NIOCore
import Nano
import Primitives
import Server
import Sockets

/// Payments as `/call` of a server tells them: hash and signature hold, nobody was asked whether they are final.
struct CallListening {
  let url: String
  let key: String
  let accounts: [Account]

  func run(_ printer: PaymentPrinter) async throws {
    let endpoint: Endpoint
    do { endpoint = try Endpoint(parsing: url) } catch {
      throw Failure(.usage, "\"\(url)\" is no WebSocket address", hint: "such as ws://127.0.0.1:7090/call")
    }
    var patience = Patience()
    var wasThere = false
    while true {
      do {
        try await WebSocketClient.withConnection(to: endpoint) { connection in
          for account in accounts {
            try await connection.send(
              text: JSONValue.object([.init("address", .string(account.address)), .init("api_key", .string(key))])
                .text()
            )
          }
          if !wasThere { Standard.error("Listening at \(url). No proof of finality.") }
          wasThere = true
          patience.renew()
          for try await frame in connection.messages { try take(Array(buffer: frame), printer) }
        }
        try await patience.wait(because: "\(url) closed the connection")
      } catch is PaymentPrinter.Enough {
        return
      } catch let WebSocketClientError.closed(code, reason) where code == .policyViolation {
        throw Failure(.notAllowed, "\(url) refuses: \(reason)", hint: "its operator gives out keys: --watcher-key-file")
      } catch let error as WebSocketClientError {
        guard wasThere else {
          throw Failure(
            .cannotConnect,
            "cannot listen at \(url): \(error)",
            hint: "is the server running, and has it a callback section?"
          )
        }
        try await patience.wait(because: "\(url): \(error)")
      }
    }
  }

  /// A callback as the node made it; its destination is in the block, which is a text within.
  private func take(_ frame: [UInt8], _ printer: PaymentPrinter) throws {
    guard let callback = try? JSONValue(parsing: frame),
      let block = callback["block"]?.string.flatMap({ try? JSONValue(parsing: $0) }),
      let destination = (block["link_as_account"] ?? block["destination"])?.string,
      let key = try? NanoAddress.decode(destination),
      let account = accounts.first(where: { $0.address == NanoAddress.encode(key) })
    else { return }
    try printer.tell([
      "type": "payment.detected", "at_ms": .number(WallClock().nowMS), "account": .string(account.address),
      "amount": callback["amount"] ?? .null, "asset": "XNO", "decimals": 30, "transaction": callback["hash"] ?? .null,
      "payer": callback["account"] ?? .null,
    ])
  }
}
