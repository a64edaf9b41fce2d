import Coinslot

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The witness beside the ledger: which ledger the data folder last worked with, and which life of it.
///
/// One line in `<folder>/incarnation`, `<ledger> <number> <state>`. The ledger holds the same two; a ledger that was put
/// into the folder by any other way than a restore does not fit, so an old copy never serves as if nothing had happened.
///
/// ## On failure
/// Written to a new file, synced, and renamed over the old one, so it is there whole or as before. What it says is
/// always a step ahead of the ledger: `making` before a new ledger gets its name, `restoring` before a restored one is
/// put in place. A power cut at any point leaves a pair that says how far it came.
struct Incarnation: Hashable {
  /// The ledger's name.
  let ledger: String
  /// Its life.
  let number: Int64
  /// How far its ledger is.
  let state: State

  /// How far a ledger is.
  enum State: Hashable {
    /// It is about to get this name.
    case making
    /// It has it.
    case kept
    /// A restored one is about to be put in place; the replaced one is kept under this name.
    case restoring(replaced: String)
  }

  /// The file in the data folder.
  static func path(_ folder: String) -> String { "\(folder)/incarnation" }

  /// What a folder's file says; nil where there is none.
  ///
  /// - Throws: `LedgerError.foreign` for a file that says nothing, `.notWritable` for one that cannot be read.
  static func read(_ folder: String) throws(LedgerError) -> Incarnation? {
    guard let bytes = try Files.content(path(folder), limit: 512) else { return nil }
    guard let incarnation = Incarnation(String(decoding: bytes, as: UTF8.self)) else {
      throw .foreign(
        "\(path(folder)) is damaged, so nobody can tell whether the ledger beside it is the newest; restore the newest "
          + "backup: coinslot restore FILE"
      )
    }
    return incarnation
  }

  /// Writes it; it is on the disk when this returns.
  ///
  /// - Throws: `LedgerError.notWritable`; the file is as before then.
  func write(_ folder: String) throws(LedgerError) {
    try Files.replace(Self.path(folder), with: Array(text.utf8))
  }

  private var text: String {
    switch state {
    case .making: "\(ledger) \(number) making\n"
    case .kept: "\(ledger) \(number) kept\n"
    case .restoring(let replaced): "\(ledger) \(number) restoring \(replaced)\n"
    }
  }

  init(ledger: String, number: Int64, state: State) {
    self.ledger = ledger
    self.number = number
    self.state = state
  }

  private init?(_ text: String) {
    guard text.last == "\n" else { return nil }
    let words = text.dropLast().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count >= 3, words[0].count == 32, words[0].allSatisfy(\.isHexDigit), let number = Int64(words[1]),
      number > 0
    else { return nil }
    switch (words[2], words.count) {
    case ("making", 3): self.init(ledger: words[0], number: number, state: .making)
    case ("kept", 3): self.init(ledger: words[0], number: number, state: .kept)
    case ("restoring", 4) where !words[3].isEmpty && !words[3].contains("/"):
      self.init(ledger: words[0], number: number, state: .restoring(replaced: words[3]))
    default: return nil
    }
  }
}

// MARK: Whether a ledger belongs to its folder

extension Incarnation {
  /// What is to be done before a ledger serves in its folder.
  enum Step: Hashable {
    /// Nothing: they fit.
    case none
    /// The ledger has no name yet: write the witness, then give it this one.
    case name(Incarnation)
    /// The ledger has the name that the witness announced: note that it is done.
    case confirm(Incarnation)
  }

  /// Judges the pair, purely; `fresh` is the name for a ledger that has none.
  ///
  /// - Throws: `LedgerError.foreign`.
  static func judge(
    _ witness: Incarnation?,
    ledger: Identity?,
    folder: String,
    fresh: String
  ) throws(LedgerError) -> Step {
    guard let witness else {
      guard let ledger else { return .name(Incarnation(ledger: fresh, number: 1, state: .making)) }
      throw .foreign(
        "the ledger in \(folder) was put there by hand, or \(path(folder)) was lost (its life is \(ledger.incarnation)): "
          + "what happened after it was copied would happen again; \(command)"
      )
    }
    guard let ledger else {
      if witness.state == .making { return .name(witness) }
      throw .foreign(
        "the ledger that \(folder) worked with (life \(witness.number)) is gone or was replaced by an older one; \(command)"
      )
    }
    if case .restoring = witness.state, ledger.incarnation != witness.number || ledger.ledger != witness.ledger {
      throw .foreign("a restore into \(folder) was interrupted; repeat it: coinslot restore FILE")
    }
    guard ledger.ledger == witness.ledger, ledger.incarnation == witness.number else {
      throw .foreign(
        "the ledger in \(folder) is not the one that this folder last worked with (its life is \(ledger.incarnation), "
          + "the folder's is \(witness.number)): what happened since would happen again; \(command)"
      )
    }
    guard witness.state != .kept else { return .none }
    return .confirm(Incarnation(ledger: witness.ledger, number: witness.number, state: .kept))
  }

  private static let command = "put the newest backup in place with: coinslot restore FILE"
}
