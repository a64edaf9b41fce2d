import Coinslot
import Cryptography
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func constants() throws {
    try checkMembers("constants") { key, record in
      if let value = try Self.constant(key) {
        #expect(value == (try record.text()), "\(record.place)")
      } else {
        switch key {
        case "base32_alphabet": try Self.checkAlphabet(try record.text())
        case "group_order_L": try Self.checkGroupOrder(try record.text())
        case "ports": try Self.checkPorts(record)
        default: throw Record.Missing(place: record.place)
        }
      }
    }
  }

  private static func constant(_ key: String) throws -> String? {
    let work = { (threshold: Work.Threshold) in Work(nonce: threshold.rawValue).hex }
    return switch key {
    case "xno_in_raw": Asset.nano.one.description
    case "max_supply_raw": Amount(.max).description
    case "state_preamble_hex": NanoFacts.statePreamble.hex(uppercase: true)
    case "burn_account": NanoAddress.encode(NanoFacts.burnKey)
    case "live_genesis_hash": NanoFacts.genesisLive.hex(uppercase: true)
    case "live_genesis_account": NanoAddress.encode(NanoFacts.genesisKeyLive)
    case "epoch_v1_link": NanoFacts.epoch1Link.hex(uppercase: true)
    case "epoch_v2_link": NanoFacts.epoch2Link.hex(uppercase: true)
    case "epoch_v1_signer_live": NanoAddress.encode(NanoFacts.epoch1SignerLive)
    case "epoch_v2_signer_live": NanoAddress.encode(NanoFacts.epoch2SignerLive)
    case "work_threshold_epoch1": work(.epoch1)
    case "work_threshold_epoch2_send_change": work(.epoch2Send)
    case "work_threshold_epoch2_receive": work(.epoch2Receive)
    default: nil
    }
  }

  /// The 52nd character of a key's text is its five lowest bits.
  private static func checkAlphabet(_ alphabet: String) throws {
    #expect(alphabet.utf8.count == 32)
    for (value, character) in alphabet.enumerated() {
      let key = try Bytes32(decoding: ([UInt8](repeating: 0, count: 31) + [UInt8(value)]).span)
      #expect(Array(NanoAddress.encode(key))[5 + 51] == character)
    }
  }

  /// A signature whose S is greater by this number is valid, and by twice this number is not.
  private static func checkGroupOrder(_ decimal: String) throws {
    let privateKey = Sample.key
    let digest = NanoFacts.genesisLive
    let good = Ed25519Blake2b.sign(digest, privateKey: privateKey)
    let second = try Wide(good.s).adding(decimal: decimal)
    let third = try second.adding(decimal: decimal)
    for (s, isValid) in [(second, true), (third, false)] {
      let signature = Ed25519Signature(r: good.r, s: try s.bytes32())
      let key = Ed25519Blake2b.publicKey(of: privateKey)
      #expect(Ed25519Blake2b.isValid(signature: signature, digest: digest, key: key) == isValid)
    }
  }

  private static func checkPorts(_ record: Record) throws {
    let live = try record.member("live")
    #expect(live["peer"]?.int == NanoFacts.Ports.live.peer)
    #expect(live["rpc"]?.int == NanoFacts.Ports.live.rpc)
    #expect(live["ipc"]?.int == NanoFacts.Ports.live.ipc)
    #expect(live["websocket"]?.int == NanoFacts.Ports.live.webSocket)
    #expect(try record.member("dev_rpc").int == NanoFacts.Ports.dev.rpc)
    #expect(try record.member("beta")["peer"]?.int == NanoFacts.Ports.beta.peer)
    #expect(try record.member("beta")["rpc"]?.int == NanoFacts.Ports.beta.rpc)
  }
}

/// A little-endian number of 32 bytes.
private struct Wide {
  var digits: [UInt8]

  init(_ value: Bytes32) { digits = value.bytes }

  func adding(decimal: String) throws -> Wide {
    var addend = [UInt8](repeating: 0, count: 32)
    for character in decimal {
      guard let digit = character.wholeNumberValue else { throw Record.Missing(place: "a decimal number") }
      var carry = digit
      for i in addend.indices {
        carry += Int(addend[i]) * 10
        addend[i] = UInt8(carry & 0xff)
        carry >>= 8
      }
    }
    var sum = self
    var carry = 0
    for i in addend.indices {
      carry += Int(digits[i]) + Int(addend[i])
      sum.digits[i] = UInt8(carry & 0xff)
      carry >>= 8
    }
    return sum
  }

  func bytes32() throws -> Bytes32 { try Bytes32(decoding: digits.span) }
}
