import Coinslot
import Nano
import Primitives
import Testing

@Suite struct SocketTalkTests {
  private func keys(_ numbers: Range<UInt64>) -> Set<Bytes32> { Set(numbers.map { Bytes32(words: 1, 0, 0, $0) }) }

  private func ack(_ request: SocketRequest) throws -> SocketAck { try #require(request.ack(timeMS: 0)) }

  /// Whether the node lets everything through once it has acknowledged a request.
  private func isAll(_ talk: inout SocketTalk, after request: SocketRequest) throws -> Bool {
    talk.heard(try ack(request))
  }

  /// A conversation in which the node lets `keys` through.
  private func begun(_ watchSet: WatchSet, _ keys: Set<Bytes32>) throws -> SocketTalk {
    watchSet.setOthers(keys)
    var talk = SocketTalk(nowMS: 0)
    let first = try talk.due(watchSet, nowMS: 0)
    #expect(first.map(\.action) == [.subscribe] && first[0].options?.accounts == keys.sorted())
    #expect(try talk.due(watchSet, nowMS: 1).isEmpty)
    let answer = try ack(first[0])
    let isAll = talk.heard(answer)
    #expect(isAll)
    #expect(try talk.due(watchSet, nowMS: 2).isEmpty)
    return talk
  }

  /// How it ends; nil where it goes on.
  private func end(_ talk: inout SocketTalk, _ watchSet: WatchSet, nowMS: Int64) -> SocketTalk.End? {
    do {
      _ = try talk.due(watchSet, nowMS: nowMS)
      return nil
    } catch {
      return error
    }
  }

  @Test func aFewOtherAccountsAreAnUpdate() throws {
    let watchSet = WatchSet()
    var talk = try begun(watchSet, keys(0..<10))
    watchSet.setOthers(keys(2..<11))
    let update = try #require(try talk.due(watchSet, nowMS: 3).first)
    #expect(update.action == .update && update.wantsAck && update.topic == SocketRequest.confirmation)
    #expect(update.options?.accountsAdd == keys(10..<11).sorted())
    #expect(update.options?.accountsDelete == keys(0..<2).sorted())
    #expect(update.options?.accounts == nil)
    #expect(try isAll(&talk, after: update) == true)
    #expect(try talk.due(watchSet, nowMS: 4).isEmpty)
  }

  @Test func takingAwayMissesNothing() throws {
    let watchSet = WatchSet()
    var talk = try begun(watchSet, keys(0..<10))
    watchSet.setOthers(keys(0..<9))
    let update = try #require(try talk.due(watchSet, nowMS: 3).first)
    #expect(update.action == .update && update.options?.accountsAdd == nil)
    #expect(try isAll(&talk, after: update) == false)
  }

  @Test func updatesComeInPiecesOneAfterTheOther() throws {
    let watchSet = WatchSet()
    var talk = try begun(watchSet, keys(0..<1))
    let all = UInt64(2 * SocketTalk.updateSize + 2)
    watchSet.setOthers(keys(0..<all))
    var added: [Bytes32] = []
    for piece in 0..<3 {
      let requests = try talk.due(watchSet, nowMS: 3)
      #expect(requests.map(\.action) == [.update])
      let some = try #require(requests.first?.options?.accountsAdd)
      #expect(some.count <= SocketTalk.updateSize)
      added += some
      #expect(try talk.due(watchSet, nowMS: 3).isEmpty)
      #expect(try isAll(&talk, after: requests[0]) == (piece == 2))
    }
    #expect(Set(added) == keys(1..<all))
    #expect(try talk.due(watchSet, nowMS: 3).isEmpty)
  }

  @Test func manyOtherAccountsAreTheWholeList() throws {
    let watchSet = WatchSet()
    var talk = try begun(watchSet, keys(0..<1))
    watchSet.setOthers(keys(0..<UInt64(SocketTalk.updateLimit + 2)))
    let requests = try talk.due(watchSet, nowMS: 3)
    #expect(requests.map(\.action) == [.subscribe])
    #expect(requests.first?.options?.accounts?.count == SocketTalk.updateLimit + 2)
  }

  @Test func beyondTheLimitNothingIsFiltered() throws {
    let watchSet = WatchSet()
    var talk = try begun(watchSet, keys(0..<UInt64(SocketTalk.accountLimit)))
    watchSet.setOthers(keys(0..<UInt64(SocketTalk.accountLimit + 1)))
    let all = try #require(try talk.due(watchSet, nowMS: 3).first)
    #expect(all.action == .subscribe && all.options == nil)
    #expect(try isAll(&talk, after: all) == true)
    // What was asked without a list cannot be updated.
    watchSet.setOthers(keys(0..<UInt64(SocketTalk.accountLimit)))
    #expect(try talk.due(watchSet, nowMS: 4).first?.options?.accounts?.count == SocketTalk.accountLimit)
  }

  @Test func anUpdateInSilenceIsTheWholeListAndTheLastUpdate() throws {
    let watchSet = WatchSet()
    var talk = try begun(watchSet, keys(0..<10))
    watchSet.setOthers(keys(0..<11))
    let update = try #require(try talk.due(watchSet, nowMS: 3).first)
    #expect(try talk.due(watchSet, nowMS: 3 + SocketTalk.ackWithinMS).isEmpty)
    let again = try #require(try talk.due(watchSet, nowMS: 4 + SocketTalk.ackWithinMS).first)
    #expect(again.action == .subscribe && again.options?.accounts == keys(0..<11).sorted())
    // Its own answer may still come, and means nothing any more.
    #expect(try isAll(&talk, after: update) == false)
    #expect(try isAll(&talk, after: again) == true)
    watchSet.setOthers(keys(0..<12))
    #expect(try talk.due(watchSet, nowMS: 20_000 - 1).map(\.action) == [.subscribe])
  }

  @Test func aSubscriptionInSilenceEndsIt() throws {
    let watchSet = WatchSet()
    var talk = SocketTalk(nowMS: 0)
    watchSet.setOthers(keys(0..<1))
    _ = try talk.due(watchSet, nowMS: 0)
    #expect(end(&talk, watchSet, nowMS: SocketTalk.ackWithinMS + 1) == .noAck)
  }

  @Test func aPingInSilenceEndsIt() throws {
    let watchSet = WatchSet(), ping = SocketTalk.pingEveryMS
    var talk = try begun(watchSet, keys(0..<1))
    #expect(try talk.due(watchSet, nowMS: ping).map(\.action) == [.ping])
    var answered = talk
    let isAll = answered.heard(SocketAck(action: "pong", timeMS: nil, id: nil))
    #expect(!isAll)
    #expect(try answered.due(watchSet, nowMS: 2 * ping).map(\.action) == [.ping])
    #expect(end(&talk, watchSet, nowMS: ping + SocketTalk.pongWithinMS + 1) == .noPong)
  }

  @Test func anotherConversationBeginsWithTheWholeList() throws {
    let watchSet = WatchSet()
    var talk = try begun(watchSet, keys(0..<10))
    watchSet.setOthers(keys(0..<11))
    _ = try talk.due(watchSet, nowMS: 3)
    _ = try begun(watchSet, keys(0..<11))
  }

  @Test func withNobodyToListenForTheListIsEmpty() throws {
    var talk = SocketTalk(nowMS: 0)
    // Never without options: a node takes that for everything.
    #expect(try talk.due(WatchSet(), nowMS: 0).first?.options?.accounts == [])
  }
}
