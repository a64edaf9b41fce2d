import HTTPTypes
import Hummingbird
import Sockets

/// Lets only the holder of the admin token through.
///
/// Wrong tokens are counted by client. Beyond the limit they are answered 429; the right one passes all the same, since
/// nobody guesses 256 bits, and a neighbour behind the same address must not lock the operator out.
struct AdminGuard: RouterMiddleware {
  /// The hash that counts now; nil where no token was made yet, and then nobody passes.
  let hash: @Sendable () async throws -> String?
  let trustedProxies: TrustedProxies
  /// Wrong tokens of one client; nil: no limit.
  let failures: ClientRate?

  func handle(
    _ request: Request,
    context: RequestScope,
    next: @concurrent (Request, RequestScope) async throws -> Response
  ) async throws -> Response {
    guard try await isAdmin(request, context) else { throw Problem.unauthorized }
    return try await next(request, context)
  }

  /// Whether a request carries the token.
  ///
  /// - Throws: `Problem` 429 for one wrong token too many.
  func isAdmin(_ request: Request, _ scope: RequestScope) async throws -> Bool {
    guard let token = AdminGuard.bearer(request.headers[.authorization]) else { return false }
    if let kept = try await hash(), AdminToken.matches(token, hash: kept) { return true }
    try note(request, scope)
    return false
  }

  /// Counts a wrong token.
  ///
  /// - Throws: `Problem` 429 for one too many.
  func note(_ request: Request, _ scope: RequestScope) throws(Problem) {
    let client = ClientIdentity(request, peer: scope.peer, trustedProxies: trustedProxies).client
    guard let client, let seconds = failures?.take(client) else { return }
    throw .tooMany("Too many wrong tokens came from this address.", seconds: seconds)
  }

  /// The token of an `Authorization` field (RFC 6750): the scheme in either case, one space, at most 256 characters.
  static func bearer(_ field: String?) -> String? {
    guard let field, field.utf8.count <= 256 + 7, field.prefix(7).lowercased() == "bearer " else { return nil }
    let token = field.dropFirst(7)
    return token.isEmpty ? nil : String(token)
  }
}
