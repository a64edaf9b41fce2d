public import Coinslot
public import Primitives

/// The text of a question, member by member.
///
/// Numbers and truths are strings, as every node version reads them.
///
/// What is nil is left out.
public struct RPCQuestion: Hashable, Sendable {
  private var members: [Member]

  private struct Member: Hashable {
    let key: String
    let texts: [String]
    let isList: Bool
  }

  /// A question with its action and nothing else.
  public init(_ action: String) { members = [Member(key: "action", texts: [action], isList: false)] }

  /// The question with a text.
  public func text(_ key: String, _ text: String?) -> RPCQuestion {
    guard let text else { return self }
    var question = self
    question.members.append(Member(key: key, texts: [text], isList: false))
    return question
  }

  /// The question with `true` or `false`.
  public func flag(_ key: String, _ flag: Bool?) -> RPCQuestion { text(key, flag.map { $0 ? "true" : "false" }) }
  /// The question with a number.
  public func number(_ key: String, _ number: Int?) -> RPCQuestion { text(key, number.map { String($0) }) }
  /// The question with an amount of raw.
  public func amount(_ key: String, _ amount: Amount?) -> RPCQuestion { text(key, amount?.description) }
  /// The question with a hash.
  public func hash(_ key: String, _ hash: Bytes32?) -> RPCQuestion { text(key, hash?.hex(uppercase: true)) }
  /// The question with an account.
  public func account(_ key: String, _ key32: Bytes32) -> RPCQuestion { text(key, NanoAddress.encode(key32)) }

  /// The question with a list of texts.
  public func list(_ key: String, _ texts: [String]) -> RPCQuestion {
    var question = self
    question.members.append(Member(key: key, texts: texts, isList: true))
    return question
  }

  /// The body to post.
  public var bytes: [UInt8] {
    var writer = JSONWriter(style: .spaced)
    writer.beginObject()
    for member in members {
      writer.key(member.key)
      if member.isList { writer.beginArray() }
      for text in member.texts { writer.string(text) }
      if member.isList { writer.endArray() }
    }
    writer.endObject()
    return writer.bytes
  }
}
