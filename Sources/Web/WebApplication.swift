import Coinslot
package import Hummingbird

/// The pages and the API of a server.
package enum WebApplication {
  /// The routes, ready to be served on any number of listeners.
  package static func makeRouter(_ context: WebContext) -> Router<RequestScope> {
    let table = RouteTable()
    let router = Router(context: RequestScope.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: Envelope(table: table))
    let admin = AdminGuard(hash: context.adminTokenHash)
    let open = Routes(router, table)

    HealthRoutes(context: context, admin: admin).add(to: open)
    AssetRoutes().add(to: open)
    PayRoutes(context: context).add(to: open)
    SalePageRoutes(context: context).add(to: open)

    let api = open.guarded(by: admin)
    let idempotency = Idempotency()
    PaymentRoutes(context: context).add(to: api)
    SaleRoutes(context: context).add(to: api)
    SlotRoutes(context: context, idempotency: idempotency).add(to: api)
    DeviceRoutes(context: context, idempotency: idempotency).add(to: api)
    DispatchRoutes(context: context).add(to: api)
    SourceRoutes(context: context).add(to: api)
    EventRoutes(context: context).add(to: api)
    BackupRoutes(context: context).add(to: api)
    return router
  }
}
