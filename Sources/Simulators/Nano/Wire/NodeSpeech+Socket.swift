import Coinslot
import Nano
package import Primitives

/// Which extras the confirmations on a WebSocket have.
package struct MessageShape: Sendable, Hashable {
  package var block = true
  package var election = false
  package var votes = false
  package var sideband = false

  package init(block: Bool = true, election: Bool = false, votes: Bool = false, sideband: Bool = false) {
    self.block = block
    self.election = election
    self.votes = votes
    self.sideband = sideband
  }
}

extension NodeSpeech {
  /// The word that an action was done; of a ping, that the node lives.
  package func ack(_ action: String, id: String, nowMS: Int64) -> PropertyTree {
    .object(
      [.init("ack", action), .init("time", "\(nowMS)")] + (id.isEmpty ? [] : [.init("id", id)])
    )
  }

  /// The notice that a block is final.
  package func confirmation(
    _ saying: Saying,
    _ way: Way,
    _ election: Election,
    shape: MessageShape,
    nowMS: Int64
  ) -> PropertyTree {
    var message: [PropertyTree.Member] = [
      .init("account", address(saying.account)), .init("amount", (saying.amount ?? .zero).description),
      .init("hash", hash(saying.hash)), .init("confirmation_type", way.rawValue),
    ]
    if shape.election || shape.votes {
      message.append(.init("election_info", self.election(election, saying.hash, votes: shape.votes)))
    }
    if shape.block { message.append(.init("block", spokenBlock(saying))) }
    if shape.sideband, release.hasSideband {
      message.append(
        .init(
          "sideband",
          .object([
            .init("height", "\(saying.height)"), .init("local_timestamp", "\(saying.localTimestampS)"),
          ])
        )
      )
    }
    return .object([
      .init("topic", "confirmation"), .init("time", "\(nowMS)"), .init("message", .object(message)),
    ])
  }

  /// The notice that a block arrived.
  package func newBlock(_ saying: Saying, nowMS: Int64) -> PropertyTree {
    .object(
      [.init("topic", "new_unconfirmed_block"), .init("time", "\(nowMS)")]
        + (release.namesNewBlocks ? [.init("hash", hash(saying.hash))] : []) + [.init("message", spokenBlock(saying))]
    )
  }

  /// The notice that a vote began or ended.
  package func electionNotice(_ topic: String, _ hash: Bytes32, nowMS: Int64) -> PropertyTree {
    .object([
      .init("topic", topic), .init("time", "\(nowMS)"),
      .init("message", .object([.init("hash", self.hash(hash))])),
    ])
  }

  private func spokenBlock(_ saying: Saying) -> PropertyTree {
    guard saying.isState, let word = saying.subtype.word else { return .object(block(saying.block)) }
    return .object(block(saying.block) + [.init("subtype", word)])
  }

  private func election(_ election: Election, _ hash: Bytes32, votes: Bool) -> PropertyTree {
    var members: [PropertyTree.Member] = [
      .init("duration", "\(election.durationMS)"), .init("time", "\(election.endedMS)"),
      .init("tally", election.tally.description),
    ]
    let requests = PropertyTree.Member("request_count", "\(election.requests)")
    let counts: [PropertyTree.Member] = [
      .init("blocks", "\(election.blocks)"), .init("voters", "\(election.voters)"),
    ]
    switch release.major {
    case ..<20: break
    case 20: members.append(requests)
    case 21: members += [requests] + counts
    default: members += [.init("final", election.final.description)] + counts + [requests]
    }
    guard votes else { return .object(members) }
    let list = election.votes.map { vote in
      PropertyTree.object([
        .init("representative", address(vote.representative)), .init("timestamp", "\(vote.timestampMS)"),
        .init("hash", self.hash(hash)), .init("weight", vote.weight.description),
      ])
    }
    return .object(members + [.init("votes", .list(list))])
  }
}
