import Coinslot
import Cryptography
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func publicBlocks() throws {
    let known = try Self.blocks(in: file?["blocks_public"]?["blocks"])
    try check("blocks_public", "blocks") { record in
      let spoken = try SpokenBlock(try record.member("block"))
      let block = spoken.block
      #expect(block.hash == (try record.hash("hash")), "\(record.place)")
      if record["published_hash"] != nil {
        #expect(
          (block.hash == (try record.hash("published_hash"))) == (try record.flag("hash_matches")),
          "\(record.place)"
        )
      }
      try Self.checkSignature(of: block, owner: nil, record)
      try Self.checkWork(of: block, record)
      if record["link_as_account_matches_link"] != nil {
        #expect(spoken.isConsistent == (try record.flag("link_as_account_matches_link")), "\(record.place)")
      }
      Self.checkText(of: block, against: try record.member("block"), record)
      if let text = record["published_amount"]?.string {
        let amount = try Amount(units: text)
        if let previous = block.previous, let before = known[previous]?.balance, let after = block.balance {
          #expect((before.subtracting(after) ?? after.subtracting(before)) == amount, "\(record.place)")
        }
      }
    }
  }

  @Test func generatedBlocks() throws {
    let known = try Self.blocks(in: file?["blocks_generated"])
    let keyIndices = try Self.keyIndices(in: file?["keys"])
    try check("blocks_generated") { record in
      let block = try Block(try record.member("block"))
      let privateKey = try record.hash("private_key")
      let publicKey = try record.hash("public_key")
      #expect(Ed25519Blake2b.publicKey(of: privateKey) == publicKey, "\(record.place)")
      if let index = keyIndices[privateKey] { #expect(record["key_index"]?.int == index, "\(record.place)") }
      #expect(block.account == publicKey, "\(record.place)")
      #expect(block.hash == (try record.hash("hash")), "\(record.place)")
      #expect(block.isSigned(by: publicKey), "\(record.place)")
      #expect(Ed25519Blake2b.sign(block.hash, privateKey: privateKey) == block.seal.signature, "\(record.place)")
      Self.checkText(of: block, against: try record.member("block"), record)

      let before = try Amount(units: try record.text("previous_balance"))
      let amount = try Amount(units: try record.text("amount"))
      let after = try #require(block.balance)
      let isSend = try record.text("subtype") == "send"
      switch try record.text("subtype") {
      case "send": #expect(before.subtracting(after) == amount, "\(record.place)")
      case "receive": #expect(after.subtracting(before) == amount, "\(record.place)")
      default: #expect(after == before && amount == .zero, "\(record.place)")
      }
      #expect((block.previous == nil) == (try record.member("height").int == 1), "\(record.place)")
      if let previous = block.previous, let predecessor = known[previous] {
        #expect(predecessor.balance == before && predecessor.account == block.account, "\(record.place)")
        let judgement = SendJudgement(
          SpokenBlock(block: block),
          predecessor: .init(predecessor),
          tracked: try #require(block.destination)
        )
        #expect(judgement == (isSend ? .payment(amount) : .notASend), "\(record.place)")
      }

      try Self.checkWork(of: block, record)
      if try record.flag("work_is_real") {
        #expect(block.hasWork(asSend: try record.text("subtype") != "receive"), "\(record.place)")
      }
    }
  }

  @Test func legacyBlocks() throws {
    try check("blocks_legacy") { record in
      let block = try Block(try record.member("block"))
      #expect(block.hash == (try record.hash("hash")), "\(record.place)")
      let owner = try record["owner"]?.string.map { try NanoAddress.decode($0) }
      try Self.checkSignature(of: block, owner: owner, record)
      try Self.checkWork(of: block, record)
      Self.checkText(of: block, against: try record.member("block"), record)
      if record["private_key"] != nil {
        let signature = Ed25519Blake2b.sign(block.hash, privateKey: try record.hash("private_key"))
        #expect(signature == block.seal.signature, "\(record.place)")
      }
      if record["published_hash"] != nil {
        #expect(block.hash == (try record.hash("published_hash")), "\(record.place)")
      }
    }
  }

  @Test func workValues() throws {
    try check("work") { record in
      let root = try record.hash("root")
      let nonce = try #require(UInt64(try record.text("work"), radix: 16))
      let work = Work(nonce: nonce)
      #expect(work.hex == (try record.text("work")), "\(record.place)")
      #expect(Work(nonce: work.value(root: root)).hex == (try record.text("value")), "\(record.place)")
      #expect(work.meets(.epoch2Send, root: root) == (try record.flag("meets_epoch2_send")), "\(record.place)")
      #expect(work.meets(.epoch2Receive, root: root) == (try record.flag("meets_epoch2_receive")), "\(record.place)")
      #expect(work.meets(.epoch1, root: root) == (try record.flag("meets_epoch1")), "\(record.place)")
    }
  }

  @Test func signatureCases() throws {
    try check("signature_cases") { record in
      let block = try Block(try record.member("block"))
      let key = try record.hash("public_key")
      #expect(block.account == key, "\(record.place)")
      #expect(block.hash == (try record.hash("computed_hash")), "\(record.place)")
      let accepts = block.isSigned(by: key)
      #expect(accepts == (try record.flag("recipe_accepts")), "\(record.place)")
      // Where the network is laxer, it is because nobody honest has such a key.
      if try record.flag("network_accepts") {
        #expect(accepts == Ed25519Blake2b.isValidKey(key), "\(record.place)")
      } else {
        #expect(!accepts, "\(record.place)")
      }
    }
  }
}

extension NanoVectors {
  /// Every block of a list of records, by its computed hash.
  static func blocks(in list: JSONValue?) throws -> [Bytes32: Block] {
    var blocks: [Bytes32: Block] = [:]
    for value in list?.array ?? [] {
      for key in ["block", "previous_block"] {
        guard let value = value[key], value.object != nil else { continue }
        let block = try SpokenBlock(value).block
        blocks[block.hash] = block
      }
    }
    return blocks
  }

  /// Which key of its seed each private key is, where the file tells.
  private static func keyIndices(in list: JSONValue?) throws -> [Bytes32: Int] {
    var indices: [Bytes32: Int] = [:]
    for value in list?.array ?? [] {
      guard let index = value["index"]?.int, let key = value["private_key"]?.string else { continue }
      indices[try Hex.bytes32(key)] = index
    }
    return indices
  }

  private static func checkSignature(of block: Block, owner: Bytes32?, _ record: Record) throws {
    guard let signer = block.account ?? owner else {
      #expect(record["signature_valid"] == nil, "\(record.place): no owner, no verdict")
      return
    }
    for key in ["signature_valid", "libsodium_recipe_valid", "ed25519_blake2b_valid"] where record[key] != nil {
      #expect(block.isSigned(by: signer) == (try record.flag(key)), "\(record.place).\(key)")
    }
  }

  private static func checkWork(of block: Block, _ record: Record) throws {
    guard let value = record["work_value"]?.string else { return }
    let root = try #require(block.root)
    #expect(Work(nonce: block.seal.work.value(root: root)).hex == value, "\(record.place)")
  }

  /// Printed as a node prints it, the block has the same members; and it reads back from the printed text.
  private static func checkText(of block: Block, against value: JSONValue, _ record: Record) {
    var writer = JSONWriter()
    block.write(to: &writer)
    let printed = try? JSONValue(parsing: writer.bytes)
    let canonical = value.object?.map { member in
      JSONValue.Member(member.key, .string(Self.canonical(member.value.string ?? "")))
    }
    #expect(
      printed?.object?.sorted { $0.key < $1.key } == canonical?.sorted { $0.key < $1.key },
      "\(record.place)"
    )
    #expect((try? Block(decoding: block.text.wire.span)) == block, "\(record.place)")
    #expect((try? Block(.string(block.text))) == block, "\(record.place)")
  }

  /// An account with the prefix of today; every other text as it is.
  private static func canonical(_ text: String) -> String {
    guard let key = try? NanoAddress.decode(text) else { return text }
    return NanoAddress.encode(key)
  }
}
