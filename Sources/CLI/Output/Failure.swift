import ArgumentParser

/// Why a command did not do what it was asked, with the exit code that scripts can trust.
struct Failure: Error {
  /// The exit codes.
  enum Kind: Int32 {
    /// It was tried and did not work.
    case failed = 1
    /// Wrong usage or a wrong configuration.
    case usage = 2
    /// What it is about does not exist.
    case notFound = 3
    /// The token is missing or wrong.
    case notAllowed = 4
    /// The server cannot be reached.
    case cannotConnect = 5
    /// It does not go with how things stand.
    case conflict = 6
    /// It may or may not have happened.
    case unknown = 7
  }

  let kind: Kind
  /// What is wrong; lines after the first are shown as they are.
  let words: String
  /// What to do about it, and who must.
  let hint: String?

  init(_ kind: Kind, _ words: String, hint: String? = nil) {
    self.kind = kind
    self.words = words
    self.hint = hint
  }

  var code: Int32 { kind.rawValue }

  /// Says it on standard error.
  func tell() {
    Standard.error("coinslot: \(Standard.plain(words))")
    if let hint { Standard.error("  \(Standard.plain(hint))") }
  }
}
