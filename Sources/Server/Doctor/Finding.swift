package import Primitives

/// What the doctor found at one place, and what to do about it.
package struct Finding: Hashable, Sendable {
  /// How bad it is.
  package enum Verdict: String, Hashable, Sendable {
    /// As it should be.
    case ok
    /// It works; somebody should look.
    case warn
    /// It does not work, or will not start.
    case bad
  }

  /// What was looked at.
  package let place: String
  /// How it is.
  package let verdict: Verdict
  /// What was seen.
  package let words: String
  /// The next command or setting; nil where nothing needs to be done.
  package let next: String?

  /// A finding.
  package init(_ place: String, _ verdict: Verdict, _ words: String, next: String? = nil) {
    self.place = place
    self.verdict = verdict
    self.words = words
    self.next = next
  }

  /// `{place, verdict, words, next}`.
  package var json: JSONValue {
    .object([
      .init("place", .string(place)), .init("verdict", .string(verdict.rawValue)), .init("words", .string(words)),
      .init("next", next.map { .string($0) } ?? .null),
    ])
  }
}
