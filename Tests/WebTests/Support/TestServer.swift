import Logging
import NIOCore
import Sockets
import Synchronization
import Testing
import Web

/// A real server on a port of the system's choice, for the time of one test.
struct TestServer {
  let port: Int
  let world: World

  /// Runs a test against a server.
  static func with(
    _ world: World = World(),
    context: WebContext? = nil,
    limits: PublicLimits = PublicLimits(),
    tls: ServerTLS? = nil,
    decide: @escaping @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision = { _, _ in .notWebSocket },
    _ test: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    let (ports, signal) = AsyncStream<Int>.makeStream()
    let server = PublicServer(
      context ?? world.context(),
      listen: ["127.0.0.1:0"],
      limits: limits,
      tls: tls,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      decide: decide,
      onRunning: { addresses in
        for address in addresses { signal.yield(address.port ?? 0) }
      }
    )
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { signal.finish() }
        try await server.run()
      }
      guard let port = await ports.first(where: { _ in true }) else {
        try await tasks.next()
        return
      }
      let result: Result<Void, any Error>
      do {
        try await test(TestServer(port: port, world: world))
        result = .success(())
      } catch { result = .failure(error) }
      tasks.cancelAll()
      _ = try? await tasks.next()
      try result.get()
    }
  }

  /// Asks once, on a connection of its own.
  func ask(
    _ method: String = "GET",
    _ path: String,
    headers: [String: String] = [:],
    body: String? = nil
  ) async throws -> Reply {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
    return try await raw(head + "\r\n" + (body ?? ""))
  }

  /// Asks the API with the token.
  func api(
    _ method: String = "GET",
    _ path: String,
    headers: [String: String] = [:],
    json: String? = nil
  ) async throws -> Reply {
    var headers = headers
    headers["Authorization"] = "Bearer \(world.token)"
    if json != nil { headers["Content-Type"] = "application/json" }
    return try await ask(method, path, headers: headers, body: json ?? (method == "POST" ? "" : nil))
  }

  /// Sends a browser's form.
  func form(_ path: String, _ fields: String, headers: [String: String] = [:]) async throws -> Reply {
    var headers = headers
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    headers["Accept"] = headers["Accept"] ?? "text/html"
    return try await ask("POST", path, headers: headers, body: fields)
  }

  /// Sends bytes as they are and reads until the server closes.
  func raw(_ text: String) async throws -> Reply {
    let connection = try await RawConnection.open(port: port)
    defer { connection.close() }
    try await connection.send(text)
    return try Reply(await connection.readToEnd())
  }
}
