import CSodium
import Coinslot
import Cryptography
import Foundation
import Nano
import Primitives

/// The C library's, which its Swift module leaves out.
@_silgen_name("memmem")
private func memmem(
  _ text: UnsafeRawPointer?,
  _ textBytes: Int,
  _ word: UnsafeRawPointer?,
  _ wordBytes: Int
) -> UnsafeMutableRawPointer?

/// What is done to every block of the whole network, and to the few that are for us.
enum Looking {
  /// The destination of each callback and whether anybody waits there, against a search for one word in the same bytes.
  static func scan(into report: inout Report) {
    let ours = (0..<100).map { Money.key($0) }
    let watched = watchSet(ours)
    for percent in [1, 100] {
      let bodies = (0..<1_000).map { i in
        Money.callback(i, to: i % 100 < percent ? ours[i % 100] : Money.key(1_000_000 + i))
      }
      let word = Array("link_as_account".utf8)
      let (scan, search) = Stopwatch.compare(calls: 20_000) { i in
        keep(account(paidBy: bodies[i % 1_000], in: watched))
      } _: { i in
        bodies[i % 1_000].withUnsafeBytes { body in
          word.withUnsafeBytes { keep(memmem(body.baseAddress, body.count, $0.baseAddress, $0.count)) }
        }
      }
      report.add(Line("scan.\(percent)%", scan, "ns CPU", against: "memmem of the same bytes", search))
      // Where the money is for somebody here, everything is read and the signature checked.
      let (all, _) = Stopwatch.compare(rounds: 3, calls: 1_000) { i in
        let body = bodies[i % 1_000]
        guard account(paidBy: body, in: watched) != nil else { return }
        keep(NoticeVerdict(callback: body.span))
      } _: { _ in
      }
      report.add(Line("scan_and_verdict.\(percent)%", all, "ns CPU", against: "memmem of the same bytes", search))
    }
  }

  private static func account(paidBy body: [UInt8], in watched: WatchSet) -> Account? {
    do {
      guard let key = try NanoCallback.destination(of: body.span) else { return nil }
      return watched.account(key)
    } catch {
      return nil
    }
  }

  /// Ed25519 over BLAKE2b against the library's own Ed25519.
  static func signature(into report: inout Report) {
    let digest = Money.key(1)
    let signature = Ed25519Blake2b.sign(digest, privateKey: Money.payer)
    var (publicKey, secretKey) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 64))
    crypto_sign_keypair(&publicKey, &secretKey)
    var theirs = [UInt8](repeating: 0, count: 64)
    crypto_sign_detached(&theirs, nil, digest.bytes, 32, secretKey)
    let message = digest.bytes
    let (ours, library) = Stopwatch.compare(calls: 500) { _ in
      keep(Ed25519Blake2b.isValid(signature: signature, digest: digest, key: Money.payerKey))
    } _: { _ in
      keep(crypto_sign_verify_detached(theirs, message, 32, publicKey))
    }
    report.add(Line("signature", ours / 1_000, "µs CPU", against: "crypto_sign_verify_detached", library / 1_000))
  }

  /// One look-up as the number of watched addresses grows.
  static func lookup(into report: inout Report) {
    let small = watchSet((0..<100).map { Money.key($0) })
    for count in [10_000, 1_000_000] {
      let keys = (0..<count).map { Money.key($0) }
      let large = watchSet(keys)
      let strangers = (0..<4_096).map { Money.key(2_000_000 + $0) }
      // Each second one is for somebody here, spread over all of them.
      let asked = (0..<4_096).map { $0 % 2 == 0 ? strangers[$0] : keys[$0 &* 2_654_435_761 % count] }
      let askedSmall = (0..<4_096).map { $0 % 2 == 0 ? strangers[$0] : keys[$0 % 100] }
      let (many, few) = Stopwatch.compare(calls: 200_000) { i in
        keep(large.account(asked[i & 4_095]))
      } _: { i in
        keep(small.account(askedSmall[i & 4_095]))
      }
      report.add(Line("lookup.\(count)", many, "ns CPU", against: "the same among 100", few))
    }
  }

  private static func watchSet(_ keys: [Bytes32]) -> WatchSet {
    let set = WatchSet()
    var accounts: [Bytes32: (account: Account, least: Amount)] = [:]
    for key in keys { accounts[key] = (Account(chain: .nanoSim, canonical: NanoAddress.encode(key)), .zero) }
    set.setAccounts(accounts, nowMS: 0)
    return set
  }
}
