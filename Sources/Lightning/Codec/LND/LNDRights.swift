/// What our key at an LND node allows, held against what we need.
package struct LNDRights: Hashable, Sendable {
  /// What it allows beyond our needs that could cost the operator something, in words; empty where it tells nothing.
  package let excess: [String]
  /// What we need and it lacks, in words; empty where it tells nothing.
  package let missing: [String]
  /// Whether it tells what it allows.
  package let isKnown: Bool
  /// Conditions under which it holds, in the node's words.
  package let caveats: [String]

  /// How to make a key that allows what we need and nothing else.
  package static let recipe = "lncli bakemacaroon --save_to coinslot.macaroon invoices:read invoices:write info:read"

  /// The rights that a macaroon tells of; nil: it cannot be read.
  package init(_ macaroon: LNDMacaroon?) {
    caveats = macaroon?.caveats ?? []
    guard let permissions = macaroon?.permissions else {
      (excess, missing, isKnown) = ([], [], false)
      return
    }
    isKnown = true
    excess = permissions.filter { !Self.isHarmless($0) }.sorted().map { "\($0.entity):\($0.action)" }
    let uris = permissions.filter { $0.entity == "uri" }.map(\.action)
    missing = Self.needed.filter { need in
      !permissions.contains(need.permission) && !need.calls.allSatisfy(uris.contains)
    }.map { "\($0.permission.entity):\($0.permission.action)" }
  }

  /// A sentence for the operator; nil where there is nothing to say.
  package var sentence: String? {
    if !excess.isEmpty { return "the macaroon allows \(Self.list(excess)); bake one that can do less: \(Self.recipe)" }
    if !missing.isEmpty { return "the macaroon does not allow \(Self.list(missing)); bake one: \(Self.recipe)" }
    return isKnown ? nil : "the macaroon does not tell what it allows; bake one that can do little: \(Self.recipe)"
  }

  private static func list(_ words: [String]) -> String {
    words.prefix(8).joined(separator: ", ") + (words.count > 8 ? " and \(words.count - 8) more" : "")
  }

  /// Reading is harmless, and so is writing invoices.
  private static func isHarmless(_ permission: LNDMacaroon.Permission) -> Bool {
    if permission.entity == "uri" { return harmlessCalls.contains(permission.action) }
    return permission.action == "read" || permission.entity == "invoices" && permission.action == "write"
  }

  private static let needed: [(permission: LNDMacaroon.Permission, calls: [String])] = [
    (
      .init("invoices", "read"),
      ["/lnrpc.Lightning/LookupInvoice", "/lnrpc.Lightning/ListInvoices", "/lnrpc.Lightning/SubscribeInvoices"]
    ),
    (.init("invoices", "write"), ["/lnrpc.Lightning/AddInvoice"]),
    (.init("info", "read"), ["/lnrpc.Lightning/GetInfo"]),
  ]

  private static let harmlessCalls: Set<String> = Set(
    needed.flatMap(\.calls) + [
      "/invoicesrpc.Invoices/AddHoldInvoice", "/invoicesrpc.Invoices/SettleInvoice",
      "/invoicesrpc.Invoices/CancelInvoice", "/invoicesrpc.Invoices/SubscribeSingleInvoice",
      "/invoicesrpc.Invoices/LookupInvoiceV2", "/lnrpc.State/GetState",
    ]
  )
}
