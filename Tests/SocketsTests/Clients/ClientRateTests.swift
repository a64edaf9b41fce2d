import NIOCore
import Synchronization
import Testing

@testable import Sockets

/// A client of the documentation networks.
func client(_ number: Int) throws -> ClientAddress {
  try #require(MappedAddress("198.18.\(number / 256).\(number % 256)").map { ClientAddress($0) })
}

/// Microseconds that a test moves.
final class ManualMicroseconds: Sendable {
  private let time = Mutex<Int64>(5_000_000)

  var now: Int64 { time.withLock { $0 } }

  func pass(ms: Int64) { time.withLock { $0 += ms * 1_000 } }
}

@Suite struct ClientRateTests {
  @Test func aBurstThenEvenly() throws {
    let time = ManualMicroseconds()
    let made = ClientRate(4, withinMS: 2_000, clock: { time.now })
    let rate = try #require(made)
    let (a, b) = (try client(1), try client(2))
    for _ in 0..<4 { #expect(rate.take(a) == nil) }
    #expect(rate.take(a) == 1)
    #expect(rate.take(b) == nil, "another one is not held up")
    time.pass(ms: 499)
    #expect(rate.take(a) == 1, "not early")
    time.pass(ms: 1)
    #expect(rate.take(a) == nil)
    #expect(rate.take(a) == 1)
    #expect(rate.refused == 3)
    time.pass(ms: 2_000)
    for _ in 0..<4 { #expect(rate.take(a) == nil) }
    #expect(rate.take(a) != nil)
  }

  @Test func theWaitIsEnough() throws {
    let time = ManualMicroseconds()
    let made = ClientRate(2, withinMS: 600_000, clock: { time.now })
    let rate = try #require(made)
    let a = try client(1)
    #expect(rate.take(a) == nil && rate.take(a) == nil)
    let seconds = try #require(rate.take(a))
    #expect(seconds == 300)
    time.pass(ms: Int64(seconds) * 1_000)
    #expect(rate.take(a) == nil)
  }

  @Test func zeroIsNoLimit() {
    #expect(ClientRate(0, withinMS: 1_000) == nil)
    #expect(ClientCount(0) == nil)
    #expect(ClientRate(1, withinMS: 1_000) != nil && ClientCount(1) != nil)
  }

  /// Full, the table stays as it is, the known are served, the others are slowed as a whole, and places come back.
  @Test func aFloodFromEverywhereIsBounded() throws {
    let time = ManualMicroseconds()
    let made = ClientRate(10, withinMS: 1_000, capacity: 8, clock: { time.now })
    let rate = try #require(made)
    for number in 0..<8 { #expect(rate.take(try client(number)) == nil) }
    var served = 0
    for number in 100..<1_100 where rate.take(try client(number)) == nil { served += 1 }
    #expect(rate.count == 8)
    #expect(served == 160, "sixteen times what one may")
    #expect(rate.take(try client(3)) == nil, "who was known is served as before")
    time.pass(ms: 1_000)
    #expect(rate.take(try client(5_000)) == nil)
    #expect(rate.count == 1, "who has paid off is forgotten")
  }

  @Test func oneHomeIsOneClient() throws {
    let of = { (text: String) in try #require(MappedAddress(text).map { ClientAddress($0) }) }
    #expect(try of("2001:db8:1:2::1") == of("2001:db8:1:2:ffff::9"))
    #expect(try of("2001:db8:1:2::1") != of("2001:db8:1:3::1"))
    #expect(try of("::ffff:192.0.2.1") == of("192.0.2.1"))
    #expect(try of("192.0.2.1") != of("192.0.2.2"))
    #expect(try ClientAddress(SocketAddress(unixDomainSocketPath: "/x")) == nil)
  }
}

@Suite struct ClientCountTests {
  @Test func placesComeBack() throws {
    let count = try #require(ClientCount(2))
    let (a, b) = (try client(1), try client(2))
    var first = count.enter(a)
    let second = count.enter(a)
    #expect(first != nil && second != nil)
    #expect(count.enter(a) == nil)
    #expect(count.enter(b) != nil)
    #expect(count.refused == 1)
    first = nil
    #expect(count.open(a) == 1)
    #expect(count.enter(a) != nil)
    #expect(count.open(b) == 0)
  }
}
