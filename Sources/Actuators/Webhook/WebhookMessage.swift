import Coinslot
import Primitives

/// The body of a webhook: what is to be done, and what is known of why.
enum WebhookMessage {
  /// `{"type":"dispatch.run","timestamp":…,"data":{…}}`.
  static func body(of deed: Deed, atMS nowMS: Int64) -> [UInt8] {
    let cause = deed.cause
    var data: [JSONValue.Member] = [
      .init("dispatch", .string(deed.id.rawValue)), .init("device", .string(deed.channel.device.rawValue)),
      .init("channel", .number(deed.channel.number)), .init("mode", .string(deed.command.mode.rawValue)),
      .init("ms", .number(deed.command.ms)), .init("deadline", .string(UTCTime.text(ms: deed.deadlineMS))),
    ]
    func add(_ key: String, _ text: String?) {
      if let text { data.append(.init(key, .string(text))) }
    }
    add("slot", cause.slot?.rawValue)
    add("sale", cause.sale?.rawValue)
    add("payment", cause.payment?.description)
    add("amount", cause.amount?.description)
    add("asset", cause.asset)
    add("function", cause.function)
    add("comment", cause.comment.map(Comment.tame))
    let message: JSONValue = .object([
      .init("type", deed.command.mode == .stop ? "dispatch.stop" : "dispatch.run"),
      .init("timestamp", .string(UTCTime.text(ms: nowMS))), .init("data", .object(data)),
    ])
    return Array(message.text().utf8)
  }
}
