import Coinslot
package import Hummingbird
import Sockets

/// The pages and the API of a server.
package enum WebApplication {
  /// The routes, ready to be served on any number of listeners.
  package static func makeRouter(_ context: WebContext) -> Router<RequestScope> {
    let table = RouteTable()
    let router = Router(context: RequestScope.self, options: .autoGenerateHeadEndpoints)
    let proxies = TrustedProxies(context.settings.trustedProxies)
    router.add(middleware: RequestTimes(metrics: context.metrics))
    router.add(middleware: Envelope(table: table))
    if let clients = context.clients { router.add(middleware: RequestRate(clients: clients, trustedProxies: proxies)) }
    router.add(middleware: BrowserGuard(names: OurNames(context.settings), refused: context.metrics.refused))
    let admin = AdminGuard(
      hash: context.adminTokenHash,
      trustedProxies: proxies,
      failures: ClientRate(
        context.settings.tokenFailuresPerClient,
        withinMS: WebSettings.longRateMS,
        clock: context.rateClock
      )
    )
    let open = Routes(router, table)

    HealthRoutes(context: context, admin: admin).add(to: open)
    MetricsRoute(context: context, admin: admin, trustedProxies: proxies).add(to: open)
    AssetRoutes().add(to: open)
    PayRoutes(context: context).add(to: open)
    SalePageRoutes(context: context).add(to: open)
    if let desk = context.payDesk { LNURLRoutes(context: context, desk: desk).add(to: open) }

    let api = open.guarded(by: admin)
    let idempotency = Idempotency()
    PaymentRoutes(context: context).add(to: api)
    SaleRoutes(context: context).add(to: api)
    SlotRoutes(context: context, idempotency: idempotency).add(to: api)
    DeviceRoutes(context: context, idempotency: idempotency).add(to: api)
    DispatchRoutes(context: context).add(to: api)
    SourceRoutes(context: context, idempotency: idempotency).add(to: api)
    AuditRoutes(context: context).add(to: api)
    EventRoutes(context: context).add(to: api)
    BackupRoutes(context: context).add(to: api)
    PeopleRoutes(context: context, idempotency: idempotency).add(to: api)
    TokenRoutes(context: context, rotate: context.rotateToken).add(to: api)
    return router
  }
}
