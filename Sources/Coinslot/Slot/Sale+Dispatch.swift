extension Sale {
  /// The sale after its work changed: it ends as the work ends, and runs again where an end was corrected.
  ///
  /// Work that provably did not happen (`expired`, `failed`) means that the payer is owed the money; the reason then
  /// keeps the word of the work in front: `expired:never_offered`. A sale that was refunded, or whose payment the
  /// network took back, stays so whatever a machine says later.
  public func following(_ dispatch: Dispatch) -> Sale {
    if outcome == .refunded || outcome == .reverted { return self }
    var next = self
    next.endedAtMS = dispatch.outcome == nil ? nil : dispatch.endedAtMS
    switch dispatch.outcome {
    case nil:
      next.outcome = nil
      next.reason = nil
    case .expired, .failed:
      next.outcome = .refundDue
      next.reason = [dispatch.outcome?.rawValue, dispatch.reason].compactMap { $0 }.joined(separator: ":")
    case .done, .sent, .partly, .held, .refundDue, .refunded, .reverted, .unknown:
      next.outcome = dispatch.outcome
      next.reason = dispatch.reason
    }
    return next
  }
}

extension Dispatch {
  /// Whether the device has shown that it keeps this number: it started, ended or tried it.
  ///
  /// `expired` and `unknown` show nothing by themselves: such a number may never have been written down there, and
  /// to count on it would later look as if the device had forgotten.
  public var isAcknowledged: Bool {
    guard number != nil else { return false }
    if acceptedAtMS != nil { return true }
    switch outcome {
    case .done, .partly, .failed: return true
    case nil, .sent, .expired, .held, .refundDue, .refunded, .reverted, .unknown: return false
    }
  }
}
