import Hummingbird
import Sockets

/// Answers 429 to who asks more often than one client may.
struct RequestRate: RouterMiddleware {
  let clients: ClientGate
  let trustedProxies: TrustedProxies

  func handle(
    _ request: Request,
    context: RequestScope,
    next: @concurrent (Request, RequestScope) async throws -> Response
  ) async throws -> Response {
    let identity = ClientIdentity(request, peer: context.peer, trustedProxies: trustedProxies)
    if let client = identity.client, let seconds = clients.request(client) {
      throw Problem.tooMany("Too many requests came from this address.", seconds: seconds)
    }
    return try await next(request, context)
  }
}
