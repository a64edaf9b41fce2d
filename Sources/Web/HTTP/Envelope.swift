import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// Around every answer: the header fields that keep browsers careful, and each failure as a problem or a page.
struct Envelope: RouterMiddleware {
  let table: RouteTable

  /// Nothing but our own files, no frame around us, no form to others.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

  func handle(
    _ request: Request,
    context: RequestScope,
    next: @concurrent (Request, RequestScope) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      response = try await next(request, context)
    } catch let error as HTTPParserError {
      throw error
    } catch {
      response = answer(to: error, request: request, context: context)
    }
    dress(&response, path: request.uri.path)
    return response
  }

  private func answer(to error: any Error, request: Request, context: RequestScope) -> Response {
    var problem = Problem(error)
    if problem.code == "not_found", let methods = table.methods(of: request.uri.path),
      !methods.contains(request.method.rawValue)
    {
      problem = .notAllowed(methods)
    }
    if problem.status == .internalServerError {
      // The one line that lets an operator look for the cause; the peer is told nothing of it.
      context.logger.error(
        "request failed",
        metadata: ["error": "\(error)", "http.path": "\(request.uri.path)", "http.method": "\(request.method)"]
      )
    }
    guard wantsPage(request) else { return problem.response(path: request.uri.path) }
    return ErrorPage(problem).response(to: request)
  }

  /// Whether a person looks at the answer: a browser asks for HTML by name, a program does not.
  private func wantsPage(_ request: Request) -> Bool {
    !request.uri.path.hasPrefix("/v1") && request.headers[.accept]?.contains("text/html") == true
  }

  private func dress(_ response: inout Response, path: String) {
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.contentSecurityPolicy] = Envelope.policy
    if response.headers[.referrerPolicy] == nil { response.headers[.referrerPolicy] = "same-origin" }
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    response.headers[.crossOriginOpenerPolicy] = "same-origin"
  }
}

extension HTTPField.Name {
  static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
  static let fetchSite = known("Sec-Fetch-Site")
  static let forwarded = known("Forwarded")
  static let forwardedFor = known("X-Forwarded-For")
  static let idempotencyKey = known("Idempotency-Key")
  static let idempotentReplayed = known("Idempotent-Replayed")
  static let lastEventID = known("Last-Event-ID")
  static let link = known("Link")
  static let referrerPolicy = known("Referrer-Policy")
  /// Tells nginx to pass events on at once.
  static let xAccelBuffering = known("X-Accel-Buffering")

  /// A name written here in the source.
  private static func known(_ text: String) -> Self {
    guard let name = Self(text) else { preconditionFailure("'\(text)' is no field name") }
    return name
  }
}
