import NIOCore
import NIOHTTP1
import Primitives
import Sockets
import Synchronization

/// The endpoint by which people and tests steer the toy node: JSON in, JSON out, on 127.0.0.1 only.
///
/// Web pages cannot reach it: a request with an `Origin` is refused.
final class ControlDoor: PlainHTTPService {
  /// The simulator, once it is there.
  let simulator = Holder()
  private let eventLoop: any EventLoop

  init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  /// The simulator owns the door's listener, so the door must not own the simulator.
  final class Holder: Sendable {
    private let value = Mutex(Weak())

    private struct Weak: Sendable { weak var simulator: NanoSimulator? }

    func set(_ simulator: NanoSimulator) { value.withLock { $0.simulator = simulator } }
    func get() -> NanoSimulator? { value.withLock { $0.simulator } }
  }

  func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission {
    if head.count("origin") > 0 { return .refuse(.problem(.forbidden, "not for web pages")) }
    return .body(maxBytes: 4 << 20)
  }

  func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
    guard let simulator = simulator.get() else { return .reply(.problem(.serviceUnavailable, "not started yet")) }
    let promise = eventLoop.makePromise(of: PlainHTTPReply.self)
    let (method, path, bytes) = (head.method, head.path, Array(body.readableBytesView))
    // Unstructured: the answer is awaited by the connection, which outlives no listener.
    Task { promise.succeed(await ControlDoor.reply(simulator, method, path, bytes)) }
    return .later(promise.futureResult)
  }

  private static func reply(
    _ simulator: NanoSimulator,
    _ method: HTTPMethod,
    _ path: String,
    _ body: [UInt8]
  ) async -> PlainHTTPReply {
    do {
      let input: JSONValue = body.isEmpty ? .object([]) : try JSONValue(parsing: body, maxDepth: 64)
      let output = try await simulator.control(method.rawValue, path, input)
      return .json(.ok, output.bytes(style: .pretty) + [0x0a])
    } catch let error as ControlRefusal {
      let status: HTTPResponseStatus = error == .notFound ? .notFound : .badRequest
      return .problem(status, error.description)
    } catch let error as ToyRefusal {
      return .problem(.conflict, error.text)
    } catch {
      return .problem(.badRequest, "\(error)")
    }
  }
}

/// Why the control endpoint does not do what it was asked.
enum ControlRefusal: Error, Hashable, CustomStringConvertible {
  /// There is no such path, or not with this method.
  case notFound
  /// A member is missing or of the wrong kind.
  case bad(String)

  var description: String {
    switch self {
    case .notFound: "no such thing to control"
    case .bad(let key): "\(key): missing or wrong"
    }
  }
}
