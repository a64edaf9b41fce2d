/// A first look over a YAML text, before a parser gets it: what this project does not use is refused by place.
///
/// It bounds what the parser can be made to do (depth, aliases that stand for millions of values) and says plainly
/// what a parser says darkly (tabs, control characters). The bounds hold only as long as it sees every token where the
/// parser sees one; so whatever would let the two disagree is refused too: texts over several lines, complex keys,
/// directives, line ends that only one of them knows.
struct YAMLLook {
  /// Bytes of a configuration file.
  static let maxBytes = 1 << 20
  /// Brackets within brackets, and lists within lists on one line.
  static let maxDepth = 16
  /// Columns of indentation.
  static let maxIndent = 200

  /// What a scalar that comes next is part of.
  private enum State: Equatable {
    /// A token begins here.
    case token
    /// A text without quotes goes on; over the end of a line, where brackets are open.
    case plain
    /// A text in quotes goes on.
    case quoted(Unicode.Scalar)
    /// A quote or a bracket was closed.
    case after
  }

  private(set) var findings: [(line: Int, column: Int, words: String, hint: String?)] = []
  private var line = 1
  private var column = 0
  private var brackets = 0
  private var dashes = 0
  private var state = State.token
  private var atIndent = true
  private var inComment = false
  /// Within the name of an anchor, an alias or a tag; a value may follow it.
  private var inName = false
  /// Where the newest text or bracket outside of brackets began: a key, if a colon follows.
  private var nodeColumn = 0
  /// The column of the newest key or dash outside of brackets: a line further right goes on with a plain text.
  private var openerColumn = 0
  /// Where the open quote stands.
  private var quoteColumn = 0

  /// Looks over a text.
  init(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    var index = 0
    while index < scalars.count, findings.count < ConfigNotes.most {
      let scalar = scalars[index]
      let next = index + 1 < scalars.count ? scalars[index + 1] : "\n"
      column += 1
      index += 1
      if scalar == "\n" {
        endLine()
      } else if let words = unfit(scalar, next) {
        find(words, "take it out")
      } else if inComment {
        continue
      } else if case .quoted(let quote) = state {
        if insideQuote(quote, scalar, next) {
          column += 1
          index += 1
        }
      } else if column == 1, Self.isDocumentMark(scalars[(index - 1)...]) {
        (state, openerColumn, nodeColumn, atIndent) = (.token, 0, 0, false)
        column += 2
        index += 2
      } else {
        look(scalar, next, before: index > 1 ? scalars[index - 2] : "\n")
      }
    }
    if case .quoted = state { endLine() }
  }

  private mutating func endLine() {
    if case .quoted = state {
      findings.append(
        (line, quoteColumn, "this is not YAML here: the quote is not closed on its line", "close it, on the same line")
      )
      state = .after
    }
    // Outside of brackets a line begins with a token, or goes on with a plain text; the latter is refused there.
    if brackets == 0, state != .plain { state = .token }
    line += 1
    column = 0
    dashes = 0
    (atIndent, inComment, inName) = (true, false, false)
  }

  /// Whether one scalar more is to be skipped: an escaped one.
  private mutating func insideQuote(_ quote: Unicode.Scalar, _ scalar: Unicode.Scalar, _ next: Unicode.Scalar) -> Bool {
    if scalar == "\\" && quote == "\"" && next != "\n" && next != "\r" || scalar == "'" && quote == "'" && next == "'" {
      return true
    }
    if scalar == quote { state = .after }
    return false
  }

  private mutating func look(_ scalar: Unicode.Scalar, _ next: Unicode.Scalar, before: Unicode.Scalar) {
    if inName {
      guard [" ", "\t", ",", "]", "}"].contains(scalar) else { return }
      (inName, state) = (false, .token)
    }
    switch scalar {
    case " ", "\r":
      if atIndent, column == Self.maxIndent {
        find("this line is indented too far", "at most \(Self.maxIndent) columns")
      }
      return
    case "\t":
      if atIndent { find("a tab in the indentation", "YAML takes only spaces there") }
      return
    case "#" where state != .plain || before == " " || before == "\t" || before == "\n":
      inComment = true
      return
    default: break
    }
    if atIndent { beginLine() }
    atIndent = false
    if state == .plain { insidePlain(scalar, next) } else { token(scalar, next) }
  }

  /// Refuses a line that goes on with the plain text of the one before.
  private mutating func beginLine() {
    guard brackets == 0, state == .plain else { return }
    if column > openerColumn {
      find("this line goes on with the text above it", "check the indentation; a text stands on one line")
    }
    state = .token
  }

  private mutating func insidePlain(_ scalar: Unicode.Scalar, _ next: Unicode.Scalar) {
    if scalar == ":", endsWord(next) || brackets > 0 && ["[", "]", "{", "}", ",", "?"].contains(next) {
      value()
    } else if brackets > 0, ["[", "]", "{", "}", ","].contains(scalar) {
      token(scalar, next)
    }
  }

  private mutating func token(_ scalar: Unicode.Scalar, _ next: Unicode.Scalar) {
    let isBare = brackets == 0
    switch scalar {
    case "\"", "'":
      if isBare { nodeColumn = column }
      (state, quoteColumn) = (.quoted(scalar), column)
    case "&", "*":
      find("anchors (&) and aliases (*) are not used here", "write the value out, or put the text in quotes")
      inName = true
    case "!":
      find("tags (!) are not used here", "a secret goes into a file that a `…_file` setting names; quote a text")
      inName = true
    case "|", ">":
      find("texts over several lines (| and >) are not used here", "write it on one line, in quotes if need be")
      state = .after
    case "%" where column == 1:
      find("directives (%) are not used here", "take the line out")
      inComment = true
    case "?" where endsWord(next) || !isBare:
      find("complex keys (?) are not used here", "write the key and a colon; quote a text")
      if isBare { openerColumn = column }
      state = .token
    case "[", "{":
      if isBare { nodeColumn = column }
      brackets += 1
      state = .token
      if brackets == Self.maxDepth + 1 { find("brackets within brackets, too deep", "at most \(Self.maxDepth)") }
    case "]", "}":
      brackets = max(0, brackets - 1)
      state = .after
    case ",": state = .token
    case ":" where endsWord(next) || !isBare:
      if isBare, state == .token { nodeColumn = column }
      value()
    case "-" where endsWord(next):
      if isBare { openerColumn = column }
      dashes += 1
      state = .token
      if dashes == Self.maxDepth + 1 { find("lists within lists, too deep", "at most \(Self.maxDepth)") }
    default:
      if isBare { nodeColumn = column }
      state = .plain
    }
  }

  private mutating func value() {
    if brackets == 0 { openerColumn = nodeColumn }
    state = .token
  }

  private func endsWord(_ next: Unicode.Scalar) -> Bool { [" ", "\n", "\r", "\t"].contains(next) }

  /// `---` or `...`, which stand at the beginning and at the end of a document.
  private static func isDocumentMark(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
    let mark = rest.prefix(3)
    guard mark.elementsEqual(["-", "-", "-"]) || mark.elementsEqual([".", ".", "."]) else { return false }
    return rest.dropFirst(3).first.map { [" ", "\n", "\r", "\t"].contains($0) } ?? true
  }

  /// Why a scalar may stand nowhere: control characters, what only a parser takes for the end of a line, and the mark
  /// that `ConfigYAML` gives to keys.
  private func unfit(_ scalar: Unicode.Scalar, _ next: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x09: return nil
    case 0x0D: return next == "\n" ? nil : "a carriage return without a line feed stands here"
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0xE000, 0xFEFF:
      return "a control character (U+\(String(scalar.value, radix: 16, uppercase: true))) stands here"
    default: return nil
    }
  }

  private mutating func find(_ words: String, _ hint: String?) { findings.append((line, column, words, hint)) }
}
