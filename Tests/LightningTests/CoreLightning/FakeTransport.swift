import Lightning
import Primitives
import Synchronization

/// A transport whose node is a closure.
final class FakeTransport: CoreLightningTransport {
  /// What is asked: method, parameters, time limit, whether it is a wait.
  struct Question: Sendable {
    let method: String
    let params: JSONValue
    let seconds: Int
    let isWait: Bool
  }

  private let answer: @Sendable (Question) throws(NodeFailure) -> CoreLightningOutcome
  private let asked = Mutex<[Question]>([])

  init(_ answer: @escaping @Sendable (Question) throws(NodeFailure) -> CoreLightningOutcome) { self.answer = answer }

  var questions: [Question] { asked.withLock { $0 } }

  func carry(
    _ request: CoreLightningRequest,
    within seconds: Int,
    isWait: Bool
  ) async throws(NodeFailure) -> CoreLightningOutcome {
    guard let params = try? JSONValue(parsing: request.body) else { throw .garbled("no JSON") }
    let question = Question(method: request.method, params: params, seconds: seconds, isWait: isWait)
    asked.withLock { $0.append(question) }
    return try answer(question)
  }
}

extension CoreLightningOutcome {
  /// A result from text.
  static func text(_ text: String) -> CoreLightningOutcome {
    guard let value = try? JSONValue(parsing: text), let object = try? CoreLightningObject(value, "result") else {
      return .error(CoreLightningError(code: -1, message: "the test's own JSON is wrong"))
    }
    return .result(object)
  }

  static func refusal(_ code: Int64, _ message: String = "no") -> CoreLightningOutcome {
    .error(CoreLightningError(code: code, message: message))
  }
}

/// Invoices as a node would tell of them.
enum Sample {
  static let hash = String(repeating: "ab", count: 32)

  static func paid(_ index: UInt64, label: String = "coinslot:a") -> String {
    """
    {"label":"\(label)","bolt11":"lnbcrt1","payment_hash":"\(hash)","amount_msat":21000,"status":"paid",\
    "pay_index":\(index),"amount_received_msat":21000,"paid_at":1790000005,"payment_preimage":"\(hash)",\
    "description":"Horn","expires_at":1790000120,"created_index":3,"updated_index":\(index)}
    """
  }

  static func unpaid(label: String, msat: UInt64? = 21_000, description: String = "Horn") -> String {
    let amount = msat.map { "\"amount_msat\":\($0)," } ?? ""
    return """
      {"label":"\(label)","bolt11":"lnbcrt1","payment_hash":"\(hash)",\(amount)"status":"unpaid",\
      "description":"\(description)","expires_at":1790000120,"created_index":3}
      """
  }
}
