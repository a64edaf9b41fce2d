import Cryptography
import Lightning
import Primitives
import Testing

@Suite struct CoreLightningRuneTests {
  /// A rune with these restrictions; only its node could tell that nobody made it.
  private func rune(_ restrictions: String) throws -> CoreLightningRune {
    let bytes = [UInt8](repeating: 7, count: 32) + Array(restrictions.utf8)
    return try CoreLightningRune(Sodium.Base64.encode(bytes, .url))
  }

  private static let minimal = "=0&method=invoice|method=waitanyinvoice|method=listinvoices|method=getinfo"

  @Test func theRuneWeAskFor() throws {
    let rune = try rune(Self.minimal)
    #expect(!rune.permitsMore && rune.lacks.isEmpty && !rune.isRated && rune.advice.isEmpty)
    // Restrictions that were added only take away.
    #expect(try self.rune(Self.minimal + "&pnameamount_msat<100000").advice.isEmpty)
  }

  @Test(
    arguments: [
      ("=4", true, [], false), ("", true, [], false),
      ("=2&rate=2", true, [], true),
      ("=1&method^list|method^get|method=summary&method/listdatastore", true, ["invoice", "waitanyinvoice"], false),
      (minimal + "|method=pay", true, [], false), (minimal + "|id=02", true, [], false),
      (minimal + "|method^p", true, [], false),
      (minimal + "&method=getinfo", false, ["invoice", "waitanyinvoice", "listinvoices"], false),
      (minimal + "&rate=60", false, [], true), (minimal + "&method/getinfo", false, ["getinfo"], false),
      (minimal + "&method!", false, CoreLightningRune.needed, false),
      ("=0&method=invoice\\|method=pay", true, CoreLightningRune.needed, false),
      ("=0&method~invoice", true, ["getinfo"], false),
      ("=0&method$info", true, ["invoice", "waitanyinvoice", "listinvoices"], false),
    ] as [(String, Bool, [String], Bool)]
  )
  func otherRunes(_ restrictions: String, _ permitsMore: Bool, _ lacks: [String], _ isRated: Bool) throws {
    let rune = try rune(restrictions)
    #expect(rune.permitsMore == permitsMore)
    #expect(rune.lacks == lacks)
    #expect(rune.isRated == isRated)
    #expect(rune.advice.last?.contains("createrune") == true)
  }

  @Test(arguments: ["", "xx", "AAAA", "=====", "94TpOCHxtxl3PTKCeKxNbvjXOFH1uioV4-KpTI-6aFY9MA"])
  func noRunes(_ text: String) {
    #expect(throws: Refusal.self) { try CoreLightningRune(text) }
  }

  @Test func recordedRunes() throws {
    let exchanges = try LightningVectors.recorded().array ?? []
    var read: [String: CoreLightningRune] = [:]
    for exchange in exchanges {
      guard let name = exchange["name"]?.string, name.hasPrefix("createrune"), let text = exchange["response"]?.string,
        let rune = try JSONValue(parsing: text)["result"]?["rune"]?.string
      else { continue }
      read[name] = try CoreLightningRune(rune)
    }
    print("cln_recorded.json runes: \(read.count) read")
    #expect(read.count == 6)
    #expect(read["createrune_minimal"]?.advice.isEmpty == true)
    #expect(read["createrune_add_restriction"]?.lacks == ["invoice", "waitanyinvoice", "listinvoices"])
    #expect(read["createrune_rate"]?.isRated == true)
    #expect(read["createrune_readonly"]?.lacks == ["invoice", "waitanyinvoice"])
    #expect(read["createrune_unrestricted"]?.permitsMore == true)
    #expect(read["createrune_pname"]?.permitsMore == false)
  }
}
