import NIOHTTP1
import Primitives
import Synchronization

/// The replies to faults, each made once.
///
/// There are as many as there are places in the source that find one; beyond `most` a reply is made anew each time.
final class FaultReplies: Sendable {
  static let shared = FaultReplies()
  static let most = 128

  private let made = Mutex<[(fault: HTTPFault, reply: PlainHTTPReply)]>([])

  /// The reply, which closes the connection.
  func reply(to fault: HTTPFault) -> PlainHTTPReply {
    made.withLock { made in
      if let known = made.first(where: { $0.fault == fault }) { return known.reply }
      let reply = FaultReplies.make(fault)
      if made.count < FaultReplies.most { made.append((fault, reply)) }
      return reply
    }
  }

  private static func make(_ fault: HTTPFault) -> PlainHTTPReply {
    let headers: [(name: String, value: String)] =
      switch fault.status {
      case 405: [("Allow", "GET")]
      case 426: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
      default: []
      }
    return .problem(
      HTTPResponseStatus(statusCode: fault.status),
      "\(fault.reason.text)",
      code: "\(fault.code.text)",
      headers: headers,
      closes: true
    ).prepared()
  }
}
