import HTTPTypes
import Hummingbird
import Primitives
import Sockets

/// Counts requests and how long their answers took, by route as it is written in the source, never by what was asked.
struct RequestTimes: RouterMiddleware {
  let metrics: StandardMetrics

  func handle(
    _ request: Request,
    context: RequestScope,
    next: @concurrent (Request, RequestScope) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let response = try await next(request, context)
    let elapsed = (ContinuousClock.now - start).components
    metrics.requests.observe(
      microseconds: elapsed.seconds * 1_000_000 + elapsed.attoseconds / 1_000_000_000_000,
      [Self.name(request.method), context.endpointPath ?? "none", String(response.status.code)]
    )
    return response
  }

  /// A method that the server knows; a stranger may make others up.
  private static func name(_ method: HTTPRequest.Method) -> String {
    switch method {
    case .get, .head, .post, .put, .delete, .patch, .options: method.rawValue
    default: "_OTHER"
    }
  }
}
