package import Primitives

/// Why a request is not taken: the status to answer with and a constant sentence.
///
/// It holds nothing of what the stranger sent, so it may be answered and logged.
package struct HTTPFault: Error, Equatable, Sendable {
  /// The status code, 400 to 599.
  package let status: Int
  /// What is wrong.
  package let reason: Refusal.Reason

  /// A fault.
  package init(_ status: Int, _ reason: Refusal.Reason) {
    self.status = status
    self.reason = reason
  }
}
