package import Coinslot
import Logging
package import Primitives

extension NanoNetwork: CallbackNetwork {
  package func destination(of body: Span<UInt8>) throws(CallbackRefusal) -> Bytes32? {
    do { return try NanoCallback.destination(of: body) } catch { throw CallbackRefusal(error) }
  }

  package func isWatched(_ key: Bytes32) -> Bool { hearing.watchSet.account(key) != nil }

  package func read(_ body: Span<UInt8>, heardAtMS: Int64) throws(CallbackRefusal) -> HeardTransfer? {
    let callback: NanoCallback
    do { callback = try NanoCallback(decoding: body) } catch { throw CallbackRefusal(error) }
    switch NoticeVerdict(callback) {
    case .candidate(let send):
      // Too little for the slots is no hint; old clients have a minimum of their own.
      let isDust = hearing.isDust(send, atMS: heardAtMS)
      if isDust { hearing.dropped(send, log: log) }
      let frame = ForwardedCallback(callback)?.bytes
      return hearing.transfer(send, frame: frame, heardAtMS: heardAtMS, isHint: !isDust)
    case .ignore, .fetch, .seenOnly: return nil
    case .reject(let flaw): throw CallbackRefusal(flaw)
    }
  }

  package func key(of address: Span<UInt8>) -> Bytes32? { try? NanoAddress.decode(address) }

  package func watchAlso(_ keys: Set<Bytes32>) { hearing.watchSet.setOthers(keys) }

  /// Whom we listen for, and what a notice about them becomes.
  struct Hearing: Sendable {
    let chain: Chain
    let watchSet: WatchSet

    /// Whether anybody waits for money at this key.
    func isWanted(_ key: Bytes32) -> Bool { watchSet.account(key) != nil || watchSet.isWatchedByOthers(key) }

    /// Whether the slots that wait there have no use for so little; false where the amount is not known.
    func isDust(_ send: NoticeVerdict.Candidate, atMS nowMS: Int64) -> Bool {
      watchSet.isDust(send.claimedAmount, for: send.destination, atMS: nowMS)
    }

    /// Notes that a send was no hint for the till.
    func dropped(_ send: NoticeVerdict.Candidate, log: Logger) {
      log.debug(
        "payment below the least amount is no hint",
        metadata: ["payment.transaction": "\(send.hash.hex(uppercase: true))"]
      )
    }

    /// A send whose hash and signature hold.
    ///
    /// `frame` is what an old client is told; nil where the amount is not known, and then none is told.
    func transfer(_ send: NoticeVerdict.Candidate, frame: [UInt8]?, heardAtMS: Int64, isHint: Bool = true)
      -> HeardTransfer
    {
      let account =
        watchSet.account(send.destination)
        ?? Account(chain: chain, canonical: NanoAddress.encode(send.destination))
      let id = PaymentID(chain: chain, transaction: send.hash.hex(uppercase: true))
      return HeardTransfer(
        destination: send.destination,
        sighting: Sighting(id: id, account: account, heardAtMS: heardAtMS),
        amount: frame == nil ? .zero : send.claimedAmount ?? .zero,
        frame: frame ?? [],
        isHint: isHint
      )
    }
  }
}

extension CallbackRefusal {
  fileprivate init(_ refusal: NanoRefusal) {
    switch refusal {
    case .notJSON, .badText, .notObject:
      self.init(code: "bad_json", detail: "the body is not a JSON object: \(refusal)")
    case .unknownBlockType: self.init(code: "unknown_block_type", detail: "the block has a type that does not exist")
    case .badAccount(let field): self.init(code: "bad_account", detail: "\(field) is not a Nano account")
    case .inconsistentLink:
      self.init(code: "inconsistent_link", detail: "link_as_account is not the link as an account")
    default: self.init(code: "bad_field", detail: "a field cannot be read: \(refusal)")
    }
  }

  fileprivate init(_ flaw: NoticeVerdict.Flaw) {
    switch flaw {
    case .malformed(let refusal): self.init(refusal)
    case .hashMismatch: self.init(code: "bad_hash", detail: "the block does not hash to the given hash")
    case .accountMismatch: self.init(code: "bad_account", detail: "the block belongs to another account than given")
    case .inconsistentLink:
      self.init(code: "inconsistent_link", detail: "link_as_account is not the link as an account")
    case .badSignature: self.init(code: "bad_signature", detail: "the signature does not hold")
    }
  }
}
