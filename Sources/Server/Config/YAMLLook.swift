/// A first look over a YAML text, before a parser gets it: what this project does not use is refused by place.
///
/// It bounds what the parser can be made to do (depth, aliases that stand for millions of values) and says plainly
/// what a parser says darkly (tabs, control characters).
struct YAMLLook {
  /// Bytes of a configuration file.
  static let maxBytes = 1 << 20
  /// Brackets within brackets, and lists within lists on one line.
  static let maxDepth = 16
  /// Columns of indentation.
  static let maxIndent = 200

  private(set) var findings: [(line: Int, column: Int, words: String, hint: String?)] = []
  private var line = 1
  private var column = 0
  private var brackets = 0
  private var dashes = 0
  private var quote: Unicode.Scalar?
  private var atToken = true
  private var atIndent = true
  private var inComment = false
  /// Within the name of an anchor, an alias or a tag; a value may follow it.
  private var inName = false

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
      } else if isControl(scalar) {
        find("a control character (U+\(String(scalar.value, radix: 16, uppercase: true))) stands here", "take it out")
      } else if inComment {
        continue
      } else if quote != nil {
        index += insideQuote(scalar, next)
      } else {
        look(scalar, next, before: index > 1 ? scalars[index - 2] : "\n")
      }
    }
  }

  private mutating func endLine() {
    line += 1
    column = 0
    dashes = 0
    (atToken, atIndent, inComment, inName) = (true, true, false, false)
  }

  /// Gives how many scalars more to skip: an escaped one.
  private mutating func insideQuote(_ scalar: Unicode.Scalar, _ next: Unicode.Scalar) -> Int {
    if scalar == "\\" && quote == "\"" && next != "\n" || scalar == "'" && quote == "'" && next == "'" {
      column += 1
      return 1
    }
    if scalar == quote { (quote, atToken) = (nil, false) }
    return 0
  }

  private mutating func look(_ scalar: Unicode.Scalar, _ next: Unicode.Scalar, before: Unicode.Scalar) {
    let endsWord = next == " " || next == "\n" || next == "\r" || next == "\t"
    if inName {
      guard [" ", "\t", ",", "]", "}"].contains(scalar) else { return }
      (inName, atToken) = (false, true)
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
    case "#" where before == " " || before == "\t" || before == "\n" || column == 1: inComment = true
    case "\"" where atToken, "'" where atToken: quote = scalar
    case "&" where atToken, "*" where atToken:
      find("anchors (&) and aliases (*) are not used here", "write the value out, or put the text in quotes")
      inName = true
    case "!" where atToken:
      find("tags (!) are not used here", "a secret goes into a file that a `…_file` setting names; quote a text")
      inName = true
    case "[" where atToken || brackets > 0, "{" where atToken || brackets > 0:
      brackets += 1
      atToken = true
      if brackets == Self.maxDepth + 1 { find("brackets within brackets, too deep", "at most \(Self.maxDepth)") }
    case "]" where brackets > 0, "}" where brackets > 0:
      brackets -= 1
      atToken = false
    case "," where brackets > 0: atToken = true
    case ":" where endsWord || brackets > 0 && before == "\"": atToken = true
    case "-" where atToken && endsWord, "?" where atToken && endsWord:
      dashes += 1
      if dashes == Self.maxDepth + 1 { find("lists within lists, too deep", "at most \(Self.maxDepth)") }
    default: atToken = false
    }
    atIndent = false
  }

  private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 && scalar != "\t" && scalar != "\r" || scalar.value >= 0x7f && scalar.value < 0xa0
  }

  private mutating func find(_ words: String, _ hint: String?) { findings.append((line, column, words, hint)) }
}
