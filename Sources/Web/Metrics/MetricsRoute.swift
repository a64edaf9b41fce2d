import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Sockets

/// What the server counts, for a scraper of the operator's.
///
/// It tells how much is sold, so not everybody may read it: who shows the token of `/metrics` or the admin token may,
/// and a program on this machine that connects without any proxy. The latter only where no public address is configured
/// that somebody else may serve for us; behind a proxy that we do not know of, everybody comes from this machine.
struct MetricsRoute {
  let context: WebContext
  let admin: AdminGuard
  let trustedProxies: TrustedProxies

  func add(to routes: Routes) {
    let isLocalEnough = MetricsRoute.isLocal(context.settings.publicURL)
    routes.get("/metrics") { request, scope in
      guard try await mayRead(request, scope, isLocalEnough: isLocalEnough) else { throw Problem.unauthorized }
      let text = MetricText.write(await context.metrics.registry.families())
      return Response(
        status: .ok,
        headers: [.contentType: MetricText.mediaType, .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: text))
      )
    }
  }

  private func mayRead(_ request: Request, _ scope: RequestScope, isLocalEnough: Bool) async throws -> Bool {
    if let token = AdminGuard.bearer(request.headers[.authorization]) {
      if let hash = context.metricsTokenHash, AdminToken.matches(token, hash: hash) { return true }
      return try await admin.isAdmin(request, scope)
    }
    guard isLocalEnough, let peer = PeerAddress(scope.peer), peer.isLoopback, !trustedProxies.contains(peer) else {
      return false
    }
    return !MetricsRoute.isRelayed(request.headers) && !BrowserGuard.isBrowser(request.headers)
  }

  /// Whether a proxy left a sign.
  static func isRelayed(_ headers: HTTPFields) -> Bool {
    headers.contains { field in
      let name = field.name.canonicalName
      return name.hasPrefix("x-forwarded-") || name == "forwarded" || name == "via" || name == "x-real-ip"
    }
  }

  /// Whether an address of ours can be reached from this machine only.
  static func isLocal(_ url: String) -> Bool {
    guard let endpoint = try? Endpoint(parsing: url) else { return false }
    return endpoint.host == "localhost" || MappedAddress(endpoint.host)?.isLoopback == true
  }
}
