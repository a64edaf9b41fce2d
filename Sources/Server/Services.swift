import ServiceLifecycle

/// Work that goes on until the server stops.
struct Loop: Service {
  let body: @Sendable () async -> Void

  init(_ body: @escaping @Sendable () async -> Void) { self.body = body }

  func run() async throws { await cancelWhenGracefulShutdown(body) }
}

/// Something that is open while the server runs and closed in its turn when it stops.
struct Closing: Service {
  let close: @Sendable () async -> Void

  init(_ close: @escaping @Sendable () async -> Void) { self.close = close }

  func run() async throws {
    try? await gracefulShutdown()
    await close()
  }
}

/// A server that knows graceful shutdown itself.
struct Serving: Service {
  let serve: @Sendable () async throws -> Void

  init(run serve: @escaping @Sendable () async throws -> Void) { self.serve = serve }

  func run() async throws { try await serve() }
}

/// Something that runs beside the server and is let go when the server stops.
struct Guest: Service {
  let body: @Sendable () async throws -> Void

  init(_ body: @escaping @Sendable () async throws -> Void) { self.body = body }

  func run() async throws { try await cancelWhenGracefulShutdown(body) }
}

/// Work that is told to end and then finishes what it has.
struct Ending: Service {
  let body: @Sendable () async -> Void
  let end: @Sendable () -> Void

  init(run body: @escaping @Sendable () async -> Void, end: @escaping @Sendable () -> Void) {
    self.body = body
    self.end = end
  }

  func run() async throws {
    await withGracefulShutdownHandler {
      await body()
    } onGracefulShutdown: {
      end()
    }
  }
}
