import HTTPTypes
import Hummingbird

/// Lets only the holder of the admin token through.
struct AdminGuard: RouterMiddleware {
  /// The hash that counts now; nil where no token was made yet, and then nobody passes.
  let hash: @Sendable () async throws -> String?

  func handle(
    _ request: Request,
    context: RequestScope,
    next: @concurrent (Request, RequestScope) async throws -> Response
  ) async throws -> Response {
    guard try await isAdmin(request) else { throw Problem.unauthorized }
    return try await next(request, context)
  }

  /// Whether a request carries the token.
  func isAdmin(_ request: Request) async throws -> Bool {
    guard let token = AdminGuard.bearer(request.headers[.authorization]), let kept = try await hash() else {
      return false
    }
    return AdminToken.matches(token, hash: kept)
  }

  /// The token of an `Authorization` field (RFC 6750): the scheme in either case, one space, at most 256 characters.
  static func bearer(_ field: String?) -> String? {
    guard let field, field.utf8.count <= 256 + 7, field.prefix(7).lowercased() == "bearer " else { return nil }
    let token = field.dropFirst(7)
    return token.isEmpty ? nil : String(token)
  }
}
