import Coinslot

/// The arguments of a program, in which whole arguments stand for what is known of a deed.
struct CommandTemplate: Hashable, Sendable {
  /// Arguments at most.
  static let most = 64
  /// Bytes of one argument at most.
  static let mostBytes = 1_000

  private let parts: [Part]

  private enum Part: Hashable, Sendable {
    case fixed(String)
    case known(Word)
  }

  /// What an argument can stand for.
  enum Word: String, CaseIterable {
    case ms = "{ms}", amount = "{amount}", slot = "{slot}", sale = "{sale}", function = "{function}"
    case comment = "{comment}", mode = "{mode}", id = "{id}"
  }

  /// Why a deed does not fit.
  enum Refusal: Error, Hashable {
    /// The deed does not know what the template asks for.
    case missing(Word)
    /// The text begins like an option, and nothing before it says that options end.
    case option(Word)
    /// The text is longer than an argument may be.
    case long(Word)
  }

  /// A template.
  ///
  /// - Throws: `MachineMistake` about `args`.
  init(_ arguments: [String]) throws(MachineMistake) {
    guard arguments.count <= Self.most else { throw MachineMistake("args", "holds more than \(Self.most) arguments") }
    var parts: [Part] = []
    for argument in arguments {
      guard argument.utf8.count <= Self.mostBytes, !argument.utf8.contains(0) else {
        throw MachineMistake("args", "holds an argument that is longer than \(Self.mostBytes) bytes")
      }
      if let word = Word(rawValue: argument) {
        parts.append(.known(word))
      } else {
        // Half an argument from a stranger is how quoting goes wrong.
        guard !Word.allCases.contains(where: { argument.contains($0.rawValue) }) else {
          throw MachineMistake("args", "uses a placeholder within an argument; it must be an argument of its own")
        }
        parts.append(.fixed(argument))
      }
    }
    self.parts = parts
  }

  /// The arguments for a deed.
  ///
  /// - Throws: `Refusal`: then nothing may be run.
  func arguments(for deed: Deed) throws(Refusal) -> [String] {
    var arguments: [String] = []
    var areOptionsOver = false
    for part in parts {
      switch part {
      case .fixed(let text):
        if text == "--" { areOptionsOver = true }
        arguments.append(text)
      case .known(let word):
        guard let text = Self.text(word, of: deed) else { throw .missing(word) }
        guard text.utf8.count <= Self.mostBytes else { throw .long(word) }
        guard areOptionsOver || !text.hasPrefix("-") else { throw .option(word) }
        arguments.append(text)
      }
    }
    return arguments
  }

  private static func text(_ word: Word, of deed: Deed) -> String? {
    switch word {
    case .ms: String(deed.command.ms)
    case .amount: deed.cause.amount?.description
    case .slot: deed.cause.slot?.rawValue
    case .sale: deed.cause.sale?.rawValue
    case .function: deed.cause.function
    case .comment: Comment.tame(deed.cause.comment ?? "")
    case .mode: deed.command.mode.rawValue
    case .id: deed.id.rawValue
    }
  }
}
