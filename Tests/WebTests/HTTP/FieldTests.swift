import Coinslot
import Testing

@testable import Web

struct FormFieldsTests {
  @Test func fieldsInOrder() throws {
    let fields = try FormFields.parse("a=1&b=two+words&c=%C3%A4%26&d&=x&a=2&&e=1=2")
    #expect(fields.map(\.0) == ["a", "b", "c", "d", "", "a", "e"])
    #expect(fields.map(\.1) == ["1", "two words", "ä&", "", "x", "2", "1=2"])
  }

  @Test(arguments: [
    ("a=%", "bad_escape"), ("a=%4", "bad_escape"), ("a=%zz", "bad_escape"), ("a=%ff", "bad_utf8"),
    ("a=%C3", "bad_utf8"), (String(repeating: "a&", count: 65), "too_many_fields"),
  ])
  func badTextIsRefused(_ text: String, _ code: String) {
    #expect { try FormFields.parse(text) } throws: { ($0 as? Problem)?.code == code }
  }
}

struct GateTests {
  @Test func passesComeBack() {
    let gate = Gate(greatest: 2, perNetwork: 1)
    var first = gate.enter("a")
    #expect(first != nil)
    #expect(gate.enter("a") == nil)
    let second = gate.enter("b")
    #expect(second != nil)
    #expect(gate.enter("c") == nil)
    first = nil
    #expect(gate.count == 1)
    #expect(gate.enter("a") != nil)
  }
}

struct PeerAddressTests {
  @Test(arguments: [
    ("192.0.2.77", "192.0.2.0/24"), ("::ffff:192.0.2.77", "192.0.2.0/24"), ("2001:db8:12:3456::1", "2001:db8:12::/48"),
    ("fe80::1%eth0", "fe80:0:0::/48"), ("::1", "0:0:0::/48"),
  ])
  func addressIsCut(_ address: String, _ network: String) {
    #expect(PeerAddress(address)?.network == network)
  }

  @Test(arguments: ["", "nonsense", "300.1.1.1", "1.2.3", "1.2.3.4:80", "[::1]", String(repeating: "1", count: 100)])
  func otherTextIsNoAddress(_ text: String) {
    #expect(PeerAddress(text) == nil)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.9.9.9", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
    ("192.0.2.7", "192.0.2.8", false), ("loopback", "127.9.9.9", true), ("loopback", "::1", true),
    ("loopback", "::ffff:127.0.0.1", true), ("loopback", "10.0.0.1", false), ("private", "fd00::7", true),
    ("private", "127.0.0.1", true), ("private", "8.8.8.8", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
    ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false), ("10.0.0.0/33", "10.0.0.1", false),
    ("nonsense", "10.0.0.1", false), ("10.0.0.0/x", "10.0.0.1", false), ("", "10.0.0.1", false),
  ])
  func onlyNamedProxiesAreTrusted(_ text: String, _ address: String, _ isTrusted: Bool) throws {
    #expect(TrustedProxies([text]).contains(try #require(PeerAddress(address))) == isTrusted)
  }
}

struct ForwardedTests {
  private static let proxies = TrustedProxies(["10.0.0.0/8", "loopback"])

  /// The last hop that is no proxy of ours; whatever stands before it may be made up.
  @Test(
    arguments: [
      ("192.0.2.1", ["198.51.100.1"], "192.0.2.1"), ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
      ("10.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
      ("10.0.0.1", ["203.0.113.9, 198.51.100.1, 10.0.0.7,10.0.0.8"], "198.51.100.1"),
      ("10.0.0.1", ["203.0.113.9", "198.51.100.1", "127.0.0.1"], "198.51.100.1"),
      ("::ffff:10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"), ("10.0.0.1", ["[2001:db8::1]:80"], "2001:db8::1"),
      ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"), ("10.0.0.1", [], "10.0.0.1"), ("10.0.0.1", [""], "10.0.0.1"),
      ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
    ] as [(String, [String], String)]
  )
  func senderIsTheLastStranger(_ peer: String, _ forwarded: [String], _ sender: String) {
    #expect(Self.proxies.sender(peer: PeerAddress(peer), forwarded: forwarded) == PeerAddress(sender))
  }

  @Test(arguments: ["unknown", "_hidden", "198.51.100.1, nonsense", "1.2.3.4.5"])
  func whatIsNoAddressIsNobody(_ forwarded: String) {
    #expect(Self.proxies.sender(peer: PeerAddress("10.0.0.1"), forwarded: [forwarded]) == nil)
  }
}

struct HintBoardTests {
  @Test func hintsInOrderAndBounded() {
    let bell = Bell()
    let board = HintBoard(bell: bell)
    #expect(board.newest == 0 && board.hints(after: 0).isEmpty)
    for _ in 0..<(HintBoard.capacity + 10) { board.note(World.sighting()) }
    #expect(board.newest == UInt64(HintBoard.capacity + 10) && bell.rings == board.newest)
    let kept = board.hints(after: 0)
    #expect(kept.count <= HintBoard.capacity && kept.map(\.number) == kept.map(\.number).sorted())
    #expect(board.hints(after: board.newest - 2).map(\.number) == [board.newest - 1, board.newest])
    #expect(board.hints(after: board.newest).isEmpty)
  }
}

struct AdminTokenTests {
  @Test func onlyTheTokenItselfMatches() {
    let (token, hash) = AdminToken.make(entropy: CountingEntropy())
    #expect(token.hasPrefix(AdminToken.prefix) && token.utf8.count == AdminToken.prefix.utf8.count + 64)
    #expect(!hash.contains(token.dropFirst(4)))
    #expect(AdminToken.matches(token, hash: hash))
    #expect(!AdminToken.matches(String(token.dropLast()), hash: hash))
    #expect(!AdminToken.matches(hash, hash: hash))
    #expect(!AdminToken.matches("", hash: hash))
    #expect(!AdminToken.matches(token, hash: ""))
  }

  @Test(
    arguments: [
      (nil, nil), ("", nil), ("Bearer ", nil), ("Basic abc", nil), ("Bearer abc", "abc"), ("bearer abc", "abc"),
      ("Bearer" + String(repeating: "a", count: 300), nil),
    ] as [(String?, String?)]
  )
  func bearerField(_ field: String?, _ token: String?) {
    #expect(AdminGuard.bearer(field) == token)
  }
}

struct IdempotencyKeyTests {
  @Test(arguments: ["abc", "\"abc\""])
  func quotedAndBareAreTheSame(_ field: String) throws {
    #expect(try Idempotency.key(field) == "abc")
  }

  @Test(arguments: ["", "\"\"", "a b", "\"a\"b\"", "a\u{7f}", String(repeating: "k", count: 256)])
  func badKeyIsRefused(_ field: String) {
    #expect { try Idempotency.key(field) } throws: { ($0 as? Problem)?.code == "bad_idempotency_key" }
  }
}
