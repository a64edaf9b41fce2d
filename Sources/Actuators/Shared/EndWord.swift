/// The words in which machines say why a deed ended as it did.
package enum EndWord {
  /// It could not be reached.
  package static let away = "away"
  /// Its time was over before it was started.
  package static let tooLate = "too_late"
  /// The machine said no.
  package static let refused = "refused"
  /// The machine does not know us, or does not allow it: keys or permissions are to be put right.
  package static let notAllowed = "not_allowed"
  /// The endpoint said that it is gone for good.
  package static let gone = "gone"
  /// Another machine answers at its address.
  package static let notOurs = "not_ours"
  /// Something runs on the output already.
  package static let busy = "busy"
  /// Too much waits for this machine already.
  package static let full = "full"
  /// The machine, as it is set up, has no way to do this.
  package static let cannot = "cannot"
  /// The machine tried and failed.
  package static let failed = "failed"
  /// No answer came although it may have heard us.
  package static let noAnswer = "no_answer"
  /// The answer cannot be understood.
  package static let oddAnswer = "odd_answer"
  /// An earlier try may have happened, and a further one could make it happen twice.
  package static let interrupted = "interrupted"
}
