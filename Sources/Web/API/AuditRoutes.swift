import Coinslot
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives

/// The books against the nodes, compared when asked.
///
/// It may take minutes: until the answer is ready a line feed, which JSON allows in front, is written at every
/// heartbeat, so that both ends see that the other is there. An audit ends when its client leaves.
struct AuditRoutes {
  let context: WebContext

  func add(to routes: Routes) {
    // One at a time: each reads every payment.
    let gate = Gate(greatest: 1)
    routes.get("/v1/audit") { request, _ in
      _ = try QueryParameters(request, allowed: [])
      guard let audit = context.audit else {
        throw Problem.unavailable("no_audit", "This server cannot compare its books.", seconds: 60)
      }
      guard let pass = gate.enter() else {
        throw Problem.unavailable("audit_running", "Another audit is running.", seconds: 10)
      }
      // The empty answer to HEAD would run all of it for nothing.
      let isHead = request.method == .head
      return Response(
        status: .ok,
        headers: [.contentType: "application/json", .cacheControl: "no-store"],
        body: ResponseBody { writer in
          if !isHead { try await write(audit, of: request, to: SendableWriter(writer)) }
          withExtendedLifetime(pass) {}
          try await writer.finish(nil)
        }
      )
    }
  }

  private func write(
    _ audit: @escaping @Sendable () async -> JSONValue,
    of request: Request,
    to out: SendableWriter
  ) async throws {
    let beatMS = context.settings.heartbeatMS
    try await request.body.consumeWithCancellationOnInboundClose { _ in
      var writer = out.writer
      try await withThrowingTaskGroup(of: JSONValue?.self) { group in
        group.addTask { await audit() }
        group.addTask { try await Self.pause(beatMS) }
        while let answer = try await group.next() {
          if let answer {
            try await writer.write(ByteBuffer(bytes: answer.bytes()))
            group.cancelAll()
            return
          }
          try await writer.write(ByteBuffer(string: "\n"))
          group.addTask { try await Self.pause(beatMS) }
        }
      }
    }
  }

  private static func pause(_ ms: Int64) async throws -> JSONValue? {
    try await Task.sleep(for: .milliseconds(ms))
    return nil
  }
}
