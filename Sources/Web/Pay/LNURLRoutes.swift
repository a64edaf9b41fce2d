import Coinslot
import HTTPTypes
import Hummingbird
import Primitives
import Sockets

/// The doors for wallets: `/.well-known/lnurlp/NAME` for Lightning Addresses (LUD-16), `/lnurlp/NAME` for links, the
/// callback that makes an invoice, and `/lnurlp/verify/HASH` (LUD-21).
///
/// Every answer is 200 with JSON, open to web wallets of any origin, and never cached.
struct LNURLRoutes {
  let context: WebContext
  let desk: any PayDesk

  func add(to routes: Routes) {
    let (desk, context) = (desk, context)
    let proxies = TrustedProxies(context.settings.trustedProxies)
    let limit =
      context.settings.invoicesPerClient > 0
      ? ClientRate(context.settings.invoicesPerClient, withinMS: WebSettings.longRateMS, clock: context.rateClock) : nil
    for path in ["/.well-known/lnurlp/:name", "/lnurlp/:name"] {
      routes.get(path) { _, scope in
        Self.response(await desk.offer(try scope.parameters.require("name")))
      }
    }
    routes.get("/lnurlp/verify/:hash") { _, scope in
      Self.response(await desk.verify(try scope.parameters.require("hash")))
    }
    routes.get("/lnurlp/:name/callback") { request, scope in
      let identity = ClientIdentity(request, peer: scope.peer, trustedProxies: proxies)
      if let client = identity.client, limit?.take(client) != nil {
        return Self.response(Array(#"{"status":"ERROR","reason":"Too many invoices, please wait some minutes"}"#.utf8))
      }
      // Wallets keep no cookie, and many share one address: each asks as somebody of their own.
      let customer = Customer(
        name: "\(ClientIdentity.fresh(context.entropy.bytes(16)))@\(identity.network)",
        network: identity.limitedNetwork
      )
      let name = try scope.parameters.require("name")
      return Self.response(await desk.invoice(name, query: request.uri.query ?? "", for: customer))
    }
  }

  private static func response(_ body: [UInt8]) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = "application/json"
    headers[.cacheControl] = "no-store"
    headers[.accessControlAllowOrigin] = "*"
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
