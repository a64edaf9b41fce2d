package import Primitives

/// What `config check` and `config show` print.
package enum ConfigReport {
  /// The mistakes as compilers print them; where `file` is the file's text, each line is repeated with a mark below.
  ///
  /// What looks like a secret in such a line is shown as stars.
  package static func text(_ mistakes: [ConfigMistake], name: String, file: String?) -> String {
    let lines = file?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
    return mistakes.map { mistake in
      guard case .file(name, let line, let column) = mistake.place, lines.indices.contains(line - 1) else {
        return mistake.text
      }
      let shown = Self.shown(lines[line - 1])
      guard column <= shown.count + 1 else { return mistake.text }
      let indent = String(shown.prefix(column - 1).map { $0 == "\t" ? "\t" : " " })
      return "\(mistake.text)\n    \(shown)\n    \(indent)^"
    }.joined(separator: "\n")
  }

  /// A line of the file, its secrets as stars: words like keys, passwords and paths in URLs, where alarms go.
  private static func shown(_ line: Substring) -> String {
    var shown = Array(SecretText.masked(String(line.prefix(1_000)), keepsWidth: true).prefix(160))
    func hide(_ range: Range<Int>) {
      for index in range where shown[index] != " " { shown[index] = "*" }
    }
    for mark in shown.indices where shown[mark...].starts(with: "://") {
      let word = shown[(mark + 3)...].prefix { !" \"',".contains($0) }
      let at = word.lastIndex(of: "@")
      if let at { hide(mark + 3..<at) }
      // A path may be a password, as that of an alarm's receiver is.
      if let path = word[(at ?? mark + 3)...].firstIndex(of: "/") { hide(path + 1..<word.endIndex) }
    }
    if let webhook = shown.firstRange(of: Array("webhook:")) { hide(webhook.upperBound..<shown.count) }
    return String(shown)
  }

  /// The mistakes as one JSON object: `ok`, and each with `weight`, `file`, `line`, `column`, `setting`, `words`,
  /// `hint`.
  package static func json(_ mistakes: [ConfigMistake]) -> JSONValue {
    let isGood = !mistakes.contains { $0.weight == .error }
    return .object([
      .init("ok", .bool(isGood)), .init("mistakes", .array(mistakes.map(json))),
    ])
  }

  private static func json(_ mistake: ConfigMistake) -> JSONValue {
    var members: [JSONValue.Member] = [.init("weight", .string(mistake.weight.rawValue))]
    if case .file(let name, let line, let column) = mistake.place {
      members += [.init("file", .string(name)), .init("line", .number(line)), .init("column", .number(column))]
    } else {
      members.append(.init("source", .string(mistake.place.description)))
    }
    members += [
      .init("setting", .string(mistake.path)), .init("words", .string(mistake.words)),
      .init("hint", mistake.hint.map { .string($0) } ?? .null),
    ]
    return .object(members)
  }

  /// Every setting in force, one a line; with its place where wanted.
  package static func text(_ values: [ConfigValue], withPlaces: Bool) -> String {
    let wide = values.map { $0.path.count + $0.text.count + 3 }.filter { $0 <= 70 }.max() ?? 0
    return values.map { value in
      let setting = "\(value.path) = \(value.text)"
      guard withPlaces else { return setting }
      return setting + String(repeating: " ", count: max(2, wide + 2 - setting.count)) + "# \(value.place)"
    }.joined(separator: "\n")
  }

  /// Every setting in force as JSON.
  package static func json(_ values: [ConfigValue]) -> JSONValue {
    .array(
      values.map {
        .object([
          .init("setting", .string($0.path)), .init("value", .string($0.text)),
          .init("source", .string($0.place.description)),
        ])
      }
    )
  }
}
