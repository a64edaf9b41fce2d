public import Primitives

/// What the toy car and its proxy do to commands; at first they carry them out.
public struct TeslaFaults: Hashable, Sendable {
  /// What becomes of a command.
  public enum Reply: String, Hashable, Sendable, CaseIterable {
    /// Carried out, and said so.
    case done
    /// The car says no.
    case refused
    /// Carried out or not, and never answered.
    case hang
    /// Carried out or not, and the connection is reset.
    case reset
    /// The answer is no JSON, carried out or not.
    case garbage
    /// 401: the token is not taken.
    case unauthorized = "401"
    /// 403: the car wants signed commands.
    case forbidden = "403"
    /// 408, as Tesla's own servers say it of a sleeping car.
    case timeout = "408"
    /// 421: another region.
    case elsewhere = "421"
    /// 422: the car takes no signed commands.
    case unsigned = "422"
    /// 429 with `Retry-After`.
    case tooMany = "429"
    /// 500: the car did not answer in time, carried out or not.
    case deadline = "500"
    /// 503.
    case unavailable = "503"
    /// 504, carried out or not.
    case gatewayTimeout = "504"
  }

  /// What becomes of the next commands.
  public var reply = Reply.done
  /// How many commands it happens to, before they are carried out again; nil: all.
  public var times: Int?
  /// Whether commands whose answer leaves it open were carried out.
  public var isExecuted = true
  /// What 429 says, seconds.
  public var retryAfterS = 30
  /// How long the car takes to wake, milliseconds; at most ten minutes.
  public var wakeMS = 2_000
  /// Answers come this much late, in milliseconds; at most ten minutes.
  public var lateMS = 0

  /// A car without faults.
  public init() {}

  /// Changes what a JSON object names, and leaves the rest.
  ///
  /// Keys are `reply` (`done`, `refused`, `hang`, `reset`, `garbage`, `401` … `504`), `times`, `executed`,
  /// `retry_after`, `wake_ms`, `late_ms`.
  ///
  /// - Throws: `FaultRefusal`; nothing has changed then.
  public mutating func apply(_ value: JSONValue) throws(FaultRefusal) {
    guard let members = value.object else { throw .notAnObject }
    var changed = self
    for member in members { try changed.set(member.key, member.value) }
    self = changed
  }

  private mutating func set(_ key: String, _ value: JSONValue) throws(FaultRefusal) {
    func number(_ range: ClosedRange<Int>) throws(FaultRefusal) -> Int {
      guard let number = value.int, range.contains(number) else { throw .badValue(key) }
      return number
    }
    switch key {
    case "reply":
      guard let reply = Reply(rawValue: value.string ?? value.number ?? "") else { throw .badValue(key) }
      self.reply = reply
    case "times": times = value.isNull ? nil : try number(0...1_000_000)
    case "executed":
      guard let truth = value.bool else { throw .badValue(key) }
      isExecuted = truth
    case "retry_after": retryAfterS = try number(0...86_400)
    case "wake_ms": wakeMS = try number(0...600_000)
    case "late_ms": lateMS = try number(0...600_000)
    default: throw .unknown(key)
    }
  }

  /// The faults as `apply(_:)` reads them, every key there.
  public var json: JSONValue {
    [
      "reply": .string(reply.rawValue), "times": times.map { .number($0) } ?? .null, "executed": .bool(isExecuted),
      "retry_after": .number(retryAfterS), "wake_ms": .number(wakeMS), "late_ms": .number(lateMS),
    ]
  }
}
