import Coinslot
import Primitives

/// The message that tells a machine behind a broker what to do.
enum MQTTCommand {
  /// The message as it must read now; nil where its time is over.
  static func payload(of deed: Deed, atMS nowMS: Int64) -> [UInt8]? {
    guard nowMS < deed.deadlineMS else { return nil }
    let cause = deed.cause
    var members: [JSONValue.Member] = [
      .init("id", .string(deed.id.rawValue)), .init("mode", .string(deed.command.mode.rawValue)),
      .init("ms", .number(deed.command.ms)), .init("once", .bool(deed.command.once)),
      .init("deadline_ms", .number(deed.deadlineMS)), .init("life_ms", .number(deed.deadlineMS - nowMS)),
    ]
    func add(_ key: String, _ text: String?) {
      if let text { members.append(.init(key, .string(text))) }
    }
    add("slot", cause.slot?.rawValue)
    add("function", cause.function)
    add("amount", cause.amount?.description)
    add("asset", cause.asset)
    add("comment", cause.comment.map(Comment.tame))
    return Array(JSONValue.object(members).text().utf8)
  }
}
