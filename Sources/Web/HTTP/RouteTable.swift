import HTTPTypes
import Hummingbird
import Synchronization

/// Which methods each path answers, so that a wrong method is told from a wrong path.
final class RouteTable: Sendable {
  private let routes = Mutex<[(path: [String], methods: [String])]>([])

  /// Notes a route; called while the router is put together.
  func note(_ method: HTTPRequest.Method, _ path: String) {
    let parts = RouteTable.parts(path)
    let names = method == .get ? ["GET", "HEAD"] : [method.rawValue]
    routes.withLock { routes in
      if let index = routes.firstIndex(where: { $0.path == parts }) {
        routes[index].methods += names
      } else {
        routes.append((parts, names))
      }
    }
  }

  /// The methods of a path, in the order they were noted; nil where nothing has that path.
  func methods(of path: String) -> [String]? {
    let parts = RouteTable.parts(path)
    return routes.withLock { routes in
      routes.first { route in
        route.path.count == parts.count
          && zip(route.path, parts).allSatisfy { $0 == $1 || $0.hasPrefix(":") }
      }?.methods
    }
  }

  private static func parts(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }
}

/// A router that also keeps the table of its routes.
struct Routes {
  let router: Router<RequestScope>
  let table: RouteTable
  /// Where a route goes: the router itself, or a group of it behind a guard.
  private let target: any RouterMethods<RequestScope>

  init(_ router: Router<RequestScope>, _ table: RouteTable) {
    self.init(router, table, target: router)
  }

  private init(_ router: Router<RequestScope>, _ table: RouteTable, target: any RouterMethods<RequestScope>) {
    self.router = router
    self.table = table
    self.target = target
  }

  /// The same routes behind one more guard.
  func guarded(by middleware: some RouterMiddleware<RequestScope>) -> Routes {
    Routes(router, table, target: router.group("").add(middleware: middleware))
  }

  func get(_ path: String, _ answer: @escaping @Sendable (Request, RequestScope) async throws -> Response) {
    on(.get, path, answer)
  }

  func post(_ path: String, _ answer: @escaping @Sendable (Request, RequestScope) async throws -> Response) {
    on(.post, path, answer)
  }

  private func on(
    _ method: HTTPRequest.Method,
    _ path: String,
    _ answer: @escaping @Sendable (Request, RequestScope) async throws -> Response
  ) {
    table.note(method, path)
    target.on(RouterPath(path), method: method, use: answer)
  }
}
