import NIOCore
import NIOHTTP1
import Primitives
import Sockets
import Synchronization

/// An endpoint by which people and tests steer a simulator: JSON in, JSON out, on 127.0.0.1 only.
///
/// Web pages cannot reach it: a request with an `Origin` is refused.
final class SteeringDoor: PlainHTTPService {
  /// Does what a request asks; nil where the simulator is gone.
  typealias Steering = @Sendable (_ method: String, _ path: String, _ input: JSONValue) async throws -> JSONValue?

  private let steering = Mutex<Steering?>(nil)
  private let eventLoop: any EventLoop

  init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  /// Says what is done with requests; until then they are told to come again.
  func steer(_ steering: @escaping Steering) { self.steering.withLock { $0 = steering } }

  func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission {
    if head.count("origin") > 0 { return .refuse(.problem(.forbidden, "not for web pages")) }
    return .body(maxBytes: 4 << 20)
  }

  func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
    guard let steering = steering.withLock({ $0 }) else {
      return .reply(.problem(.serviceUnavailable, "not started yet"))
    }
    let promise = eventLoop.makePromise(of: PlainHTTPReply.self)
    let (method, path, bytes) = (head.method.rawValue, head.path, Array(body.readableBytesView))
    // Unstructured: the answer is awaited by the connection, which outlives no listener.
    Task { promise.succeed(await Self.reply(steering, method, path, bytes)) }
    return .later(promise.futureResult)
  }

  private static func reply(
    _ steering: Steering,
    _ method: String,
    _ path: String,
    _ body: [UInt8]
  ) async -> PlainHTTPReply {
    do {
      let input: JSONValue = body.isEmpty ? .object([]) : try JSONValue(parsing: body, maxDepth: 64)
      guard let output = try await steering(method, path, input) else {
        return .problem(.serviceUnavailable, "the simulator has ended")
      }
      return .json(.ok, output.bytes(style: .pretty) + [0x0a])
    } catch let error as ControlRefusal {
      return .problem(error == .notFound ? .notFound : .badRequest, error.description)
    } catch let error as ToyPaymentRefusal {
      return .problem(.conflict, error.description)
    } catch {
      return .problem(.badRequest, "\(error)")
    }
  }
}
