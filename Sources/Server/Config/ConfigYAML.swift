import Yams

/// Turns a YAML text into nodes with places; what is wrong with the text as YAML goes into the notes.
enum ConfigYAML {
  /// Settings given twice that are found one after the other before reading stops.
  private static let maxTwins = 32

  /// The top mapping of a file, or nil where nothing can be made of it.
  static func read(_ bytes: [UInt8], name: String, notes: ConfigNotes) -> ConfigNode? {
    let start = ConfigPlace.file(name, line: 1, column: 1)
    guard bytes.count <= YAMLLook.maxBytes else {
      notes.error(start, "", "the file has \(bytes.count) bytes", hint: "at most \(YAMLLook.maxBytes) are read")
      return nil
    }
    // Some editors begin UTF-8 with a mark that the parser takes for a column.
    let bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
    guard var text = String(validating: bytes, as: UTF8.self) else {
      notes.error(badUTF8(bytes, name: name), "", "a byte that is not UTF-8", hint: "save the file as UTF-8")
      return nil
    }
    let look = YAMLLook(text)
    for finding in look.findings {
      notes.error(
        .file(name, line: finding.line, column: finding.column),
        "",
        finding.words,
        hint: finding.hint
      )
    }
    guard look.findings.isEmpty else { return nil }
    for _ in 0..<maxTwins {
      do {
        guard let root = try Parser(yaml: text).singleRoot() else { return .empty(start) }
        return top(root, name: name, notes: notes)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        guard let renamed = tellTwins(keys, after: context.mark, in: text, name: name, notes: notes) else { return nil }
        text = renamed
      } catch {
        tell(error, in: text, name: name, notes: notes)
        return nil
      }
    }
    return nil
  }

  private static func top(_ root: Node, name: String, notes: ConfigNotes) -> ConfigNode? {
    let node = convert(root, name: name, notes: notes)
    switch node.content {
    case .map: return node
    case .nothing: return .empty(node.place)
    case .text, .list:
      notes.error(
        node.place,
        "",
        "a configuration is a list of sections, not a single value",
        hint: "start with `server:` and see `coinslot config default`"
      )
      return nil
    }
  }

  private static func convert(_ node: Node, name: String, notes: ConfigNotes) -> ConfigNode {
    let place = ConfigPlace.file(name, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    switch node {
    case .scalar(let scalar):
      let isNothing = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
      return ConfigNode(content: isNothing ? .nothing : .text(scalar.string), place: place)
    case .sequence(let sequence):
      return ConfigNode(content: .list(sequence.map { convert($0, name: name, notes: notes) }), place: place)
    case .mapping(let mapping):
      let entries = mapping.compactMap { key, value in
        entry(key, convert(value, name: name, notes: notes), name: name, notes: notes)
      }
      return ConfigNode(content: .map(entries), place: place)
    case .alias: return ConfigNode(content: .nothing, place: place)
    }
  }

  private static func entry(_ key: Node, _ value: ConfigNode, name: String, notes: ConfigNotes) -> ConfigNode.Entry? {
    let place = ConfigPlace.file(name, line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
    guard let scalar = key.scalar else {
      notes.error(place, "", "a key must be one word", hint: "put text with brackets in quotes")
      return nil
    }
    if scalar.string.unicodeScalars.first == twin { return nil }
    return ConfigNode.Entry(key: scalar.string, place: place, value: value)
  }
}

// MARK: - What is wrong with the text

extension ConfigYAML {
  /// What a key given twice begins with once it was reported, so that reading can go on.
  private static let twin: Unicode.Scalar = "\u{E000}"

  /// Reports keys that stand twice in one section, and gives the text with the second one renamed to nothing known.
  private static func tellTwins(
    _ keys: [String],
    after mark: Mark,
    in text: String,
    name: String,
    notes: ConfigNotes
  ) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.unicodeScalars) }
    guard let key = keys.first, mark.line >= 1, mark.line <= lines.count else { return nil }
    let word = Array(key.unicodeScalars)
    for line in (mark.line - 1)..<lines.count {
      let from = line == mark.line - 1 ? mark.column - 1 + word.count : 0
      for column in from..<max(from, lines[line].count) where isKey(word, in: lines[line], at: column) {
        // In block style the twin stands in the same column; in a one-line mapping on the same line.
        guard line == mark.line - 1 || column == mark.column - 1 else { continue }
        notes.error(
          .file(name, line: line + 1, column: column + 1),
          "",
          "\"\(key)\" is given twice in one section",
          hint: "the first is in line \(mark.line); keep one"
        )
        lines[line][column] = twin
        return lines.map { line in
          var view = String.UnicodeScalarView()
          view.append(contentsOf: line)
          return String(view)
        }.joined(separator: "\n")
      }
    }
    notes.error(
      .file(name, line: mark.line, column: mark.column),
      "",
      "\"\(key)\" is given twice in one section",
      hint: "keep one"
    )
    return nil
  }

  private static func isKey(_ word: [Unicode.Scalar], in line: [Unicode.Scalar], at column: Int) -> Bool {
    guard !word.isEmpty, column + word.count < line.count, line[column] == word[0] else { return false }
    guard Array(line[column..<column + word.count]) == word, line[column + word.count] == ":" else { return false }
    return column == 0 || [" ", "{", ",", "-"].contains(line[column - 1])
  }

  private static func tell(_ error: any Error, in text: String, name: String, notes: ConfigNotes) {
    let start = ConfigPlace.file(name, line: 1, column: 1)
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      // Where the end of something is missed, its beginning is the place to look at.
      let begun = missesEnd.contains(problem) ? context?.mark : nil
      notes.error(
        place(begun ?? mark, in: text, name: name),
        "",
        "this is not YAML: \(problem)",
        hint: advice(problem, context: begun == nil ? context : nil)
      )
    case YamlError.reader(let problem, _, _, _): notes.error(start, "", "this cannot be read: \(problem)")
    default: notes.error(start, "", "this is not YAML")
    }
  }

  /// The place of a mark; the parser sees the end of a text a line below its last one.
  private static func place(_ mark: Mark, in text: String, name: String) -> ConfigPlace {
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    guard mark.line > lines.count, let last = lines.last else {
      return .file(name, line: mark.line, column: mark.column)
    }
    return .file(name, line: lines.count, column: last.count + 1)
  }

  private static let missesEnd = ["could not find expected ':'", "found unexpected end of stream"]

  /// What a person can do about what the YAML parser says.
  private static func advice(_ problem: String, context: YamlError.Context?) -> String? {
    let since = context.map { "what is open there began in line \($0.mark.line)" }
    switch problem {
    case "mapping values are not allowed in this context":
      return "a second \": \" in one line; put the text in quotes, or check the indentation of the line"
    case "did not find expected key", "did not find expected '-' indicator":
      return "check the indentation" + (since.map { "; \($0)" } ?? "")
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
      return "a bracket or a comma is missing" + (since.map { "; \($0)" } ?? "")
    case "could not find expected ':'": return "a key needs \": \" and a value"
    case "found unexpected end of stream": return "a quote is not closed"
    case "but found another document": return "one file holds one configuration; take the `---` out"
    default: return since
    }
  }

  private static func badUTF8(_ bytes: [UInt8], name: String) -> ConfigPlace {
    var line = 1, lineStart = 0
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0A {
        guard String(validating: bytes[lineStart..<index], as: UTF8.self) != nil else { break }
        (line, lineStart) = (line + 1, index + 1)
      }
    }
    let rest = bytes[lineStart...].prefix { $0 != 0x0A }
    let good = (0...rest.count).last { String(validating: rest.prefix($0), as: UTF8.self) != nil } ?? 0
    let column = String(decoding: rest.prefix(good), as: UTF8.self).unicodeScalars.count + 1
    return .file(name, line: line, column: column)
  }
}
