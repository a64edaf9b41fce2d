import Cryptography
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func validAddresses() throws {
    try check("addresses", "valid") { record in
      let key = try record.hash("public_key")
      let account = try record.text("account")
      #expect(try NanoAddress.decode(account) == key, "\(record.place)")
      #expect(NanoAddress.encode(key) == account, "\(record.place)")
      if let other = record["same_as"]?.string {
        #expect(try NanoAddress.decode(other) == key, "\(record.place)")
      }
    }
  }

  @Test func invalidAddresses() throws {
    try check("addresses", "invalid") { record in
      let input = try record.text("input")
      #expect(throws: Refusal.self, "\(record.place)") { try NanoAddress.decode(input) }
    }
  }

  @Test func keys() throws {
    try check("keys") { record in
      let privateKey = try record.hash("private_key")
      let publicKey = try record.hash("public_key")
      #expect(Ed25519Blake2b.publicKey(of: privateKey) == publicKey, "\(record.place)")
      #expect(Ed25519Blake2b.isValidKey(publicKey), "\(record.place)")
      #expect(NanoAddress.encode(publicKey) == (try record.text("account")), "\(record.place)")
      if record["seed"] != nil {
        let index = try #require(UInt32(exactly: record.member("index").int ?? -1))
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: index >> UInt32(24 - 8 * $0)) }
        let derived = Sodium.Blake2b.digest(of: try record.hash("seed").bytes, bytes)
        #expect(derived == privateKey.bytes, "\(record.place)")
      }
    }
  }
}
