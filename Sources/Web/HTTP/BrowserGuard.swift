import HTTPTypes
import Hummingbird
import Sockets

/// Keeps pages of other sites from using a visitor's browser against us.
///
/// A request is a browser's where it carries `Origin`, `Sec-Fetch-…` or a browser's `User-Agent`; the last because over
/// plain HTTP browsers leave the others out where they matter most. Such a request under a name that is not ours is
/// answered 421, whatever it asks: the page that sent it took its name to our address. Whatever changes something must
/// come from our own pages, else 403. A program is asked nothing; it needs the token.
struct BrowserGuard: RouterMiddleware {
  let names: OurNames
  let refused: MetricCounter

  func handle(
    _ request: Request,
    context: RequestScope,
    next: @concurrent (Request, RequestScope) async throws -> Response
  ) async throws -> Response {
    let host = request.head.authority
    if BrowserGuard.isBrowser(request.headers), !names.contains(host) {
      refused.add(["foreign_host"])
      throw Problem(
        .misdirectedRequest,
        "foreign_host",
        "Not under this name",
        "This server does not answer browsers under the name of this address; the operator adds it to server.names."
      )
    }
    switch request.method {
    case .get, .head, .options: break
    default:
      guard isOwn(request.headers, host: host) else {
        refused.add(["cross_site"])
        throw Problem(.forbidden, "cross_site", "Forbidden", "This can only be sent from a page of this server.")
      }
    }
    return try await next(request, context)
  }

  /// Whether nothing says that another site sent it.
  private func isOwn(_ headers: HTTPFields, host: String?) -> Bool {
    // Each value must be one of ours: where there are two, somebody put one in.
    let sites = headers[values: .fetchSite]
    guard sites.allSatisfy({ $0 == "same-origin" || $0 == "none" }) else { return false }
    return headers[values: .origin].allSatisfy { names.allows(origin: $0, host: host) }
  }

  static func isBrowser(_ headers: HTTPFields) -> Bool {
    headers.contains { $0.name == .origin || $0.name.canonicalName.hasPrefix("sec-fetch-") }
      || headers[.userAgent]?.hasPrefix("Mozilla/") == true
  }
}
