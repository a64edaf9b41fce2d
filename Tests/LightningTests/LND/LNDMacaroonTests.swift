import Lightning
import Primitives
import Testing

/// Macaroons as LND bakes them: version 2, identifier of `bakery` version 3.
enum Baked {
  static let least = macaroon([("info", ["read"]), ("invoices", ["read", "write"])])

  static func macaroon(_ operations: [(String, [String])], caveats: [String] = [], version: UInt8 = 3) -> [UInt8] {
    var identifier: [UInt8] = [version] + field(1, [UInt8](repeating: 7, count: 16)) + field(2, Array("0".utf8))
    for (entity, actions) in operations {
      identifier += field(3, field(1, Array(entity.utf8)) + actions.flatMap { field(2, Array($0.utf8)) })
    }
    var out: [UInt8] = [2] + packet(1, Array("lnd".utf8)) + packet(2, identifier) + [0]
    for caveat in caveats { out += packet(2, Array(caveat.utf8)) + [0] }
    return out + [0] + packet(6, [UInt8](repeating: 9, count: 32))
  }

  private static func field(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] { [tag << 3 | 2] + length(value) + value }
  private static func packet(_ type: UInt8, _ value: [UInt8]) -> [UInt8] { [type] + length(value) + value }
  private static func length(_ value: [UInt8]) -> [UInt8] {
    value.count < 128 ? [UInt8(value.count)] : [UInt8(value.count & 0x7f) | 0x80, UInt8(value.count >> 7)]
  }
}

@Suite struct LNDMacaroonTests {
  @Test func tellsWhatItAllows() throws {
    let macaroon = try LNDMacaroon(decoding: Baked.macaroon([("invoices", ["read"])], caveats: ["ipaddr 10.0.0.1"]))
    #expect(macaroon.permissions == [.init("invoices", "read")])
    #expect(macaroon.caveats == ["ipaddr 10.0.0.1"])
  }

  @Test func theLeastIsEnough() throws {
    let rights = LNDRights(try LNDMacaroon(decoding: Baked.least))
    #expect(rights.isKnown && rights.excess.isEmpty && rights.missing.isEmpty && rights.sentence == nil)
  }

  @Test(arguments: [
    ([("invoices", ["read", "write"]), ("address", ["read", "write"]), ("onchain", ["read"])], ["address:write"]),
    ([("info", ["read"]), ("invoices", ["read", "write"]), ("offchain", ["write"])], ["offchain:write"]),
    ([("macaroon", ["generate"]), ("invoices", ["read", "write"])], ["macaroon:generate"]),
    ([("uri", ["/lnrpc.Lightning/SendPaymentSync"])], ["uri:/lnrpc.Lightning/SendPaymentSync"]),
  ])
  func moreThanThatIsTold(_ operations: [(String, [String])], _ excess: [String]) throws {
    let rights = LNDRights(try LNDMacaroon(decoding: Baked.macaroon(operations)))
    #expect(rights.excess == excess)
    #expect(rights.sentence?.contains(excess[0]) == true)
  }

  @Test func singleCallsDoAsWell() throws {
    let calls = [
      "LookupInvoice", "ListInvoices", "SubscribeInvoices", "AddInvoice", "GetInfo",
    ].map { "/lnrpc.Lightning/\($0)" }
    let rights = LNDRights(try LNDMacaroon(decoding: Baked.macaroon([("uri", calls)])))
    #expect(rights.sentence == nil)
    let fewer = LNDRights(try LNDMacaroon(decoding: Baked.macaroon([("uri", Array(calls.dropLast()))])))
    #expect(fewer.missing == ["info:read"])
  }

  @Test func anOtherIdentifierTellsNothing() throws {
    let rights = LNDRights(try LNDMacaroon(decoding: Baked.macaroon([("invoices", ["read"])], version: 4)))
    #expect(!rights.isKnown && rights.sentence != nil)
  }

  @Test func cutAnywhereIsNoMacaroon() {
    let whole = Baked.macaroon([("invoices", ["read"])], caveats: ["a"])
    for count in 0..<whole.count {
      #expect(throws: Refusal.self) { try LNDMacaroon(decoding: Array(whole.prefix(count))) }
    }
  }

  /// Whatever the bytes, there is an end and no trap.
  @Test func anyByteChangedIsReadOrRefused() {
    let whole = Baked.macaroon([("invoices", ["read", "write"])], caveats: ["a", "b"])
    for at in whole.indices {
      for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
        var changed = whole
        changed[at] = value
        _ = try? LNDMacaroon(decoding: changed)
      }
    }
  }
}
