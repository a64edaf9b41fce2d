import Primitives

/// Carries calls to one Core Lightning node and their answers back: its socket, or clnrest.
package protocol CoreLightningTransport: Sendable {
  /// Asks once; nothing is sent again.
  ///
  /// After a failure the node may have done what it was asked.
  ///
  /// - Parameters:
  ///   - request: What is asked.
  ///   - seconds: How long the answer may take.
  ///   - isWait: Whether the node is meant to let us wait, so that this should hinder no other call.
  /// - Returns: A result or a refusal of the node.
  /// - Throws: `NodeFailure` where there is no answer; a refusal of the node is an answer.
  func carry(
    _ request: CoreLightningRequest,
    within seconds: Int,
    isWait: Bool
  ) async throws(NodeFailure) -> CoreLightningOutcome
}

extension CoreLightningTransport {
  /// How long the node may take for what it does at once, seconds.
  package static var shortSeconds: Int { 10 }

  /// Asks and reads the answer.
  ///
  /// - Throws: `CoreLightningFailure`.
  package func ask<Call: CoreLightningCall>(
    _ call: Call,
    within seconds: Int = Self.shortSeconds,
    isWait: Bool = false
  ) async throws(CoreLightningFailure) -> Call.Answer {
    let request = call.request
    let outcome: CoreLightningOutcome
    do { outcome = try await carry(request, within: seconds, isWait: isWait) } catch { throw .node(error) }
    switch outcome {
    case .error(let error): throw .error(error, method: request.method)
    case .result(let result):
      do {
        return try call.answer(from: result)
      } catch {
        throw .node(.garbled("the node's answer to \(request.method) makes no sense: \(error.words)"))
      }
    }
  }
}

/// Why a call has no answer that can be used.
package enum CoreLightningFailure: Error, Sendable {
  case node(NodeFailure)
  /// The node said no.
  case error(CoreLightningError, method: String)

  /// The code of the node's refusal.
  package var code: Int64? { if case .error(let error, _) = self { error.code } else { nil } }

  /// The same, sorted by who must act.
  package var asNodeFailure: NodeFailure {
    switch self {
    case .node(let failure): failure
    case .error(let error, let method): error.failure(of: method)
    }
  }
}

extension CoreLightningError {
  /// Who must act.
  package func failure(of method: String) -> NodeFailure {
    switch code {
    case Self.runeNotOurs, Self.runeForbids, Self.runeRevoked:
      .refused("the rune does not permit \(method): \(words); make one with createrune that does")
    case Self.unknownMethod:
      .unsupported("the node does not know \(method): \(words); its version is too old, or the plugin is off")
    case Self.badParameters, Self.invalidRequest, Self.noUsableHint, Self.preimageUsed:
      .unsupported("the node does not accept our \(method): \(words)")
    case Self.labelExists: .conflict("\(method): \(words)")
    // −1 to −5: it is starting, stopping, or a plugin of it is in trouble.
    case -5 ... -1: .away("the node cannot do \(method) now: \(words)")
    default: .garbled("the node answers \(method) with \(words)")
    }
  }
}
