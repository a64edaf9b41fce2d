/// Single words: a choice among known ones, yes or no, a number.
enum WordText {
  /// One of the cases of an enumeration; `later` names those that exist elsewhere but not in this version.
  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ text: String,
    later: [String] = []
  ) throws(Wrong) -> Choice where Choice.RawValue == String {
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    if later.contains(text) {
      throw Wrong(
        "\"\(text)\" is not supported by this version",
        hint: "this version knows \(known.joined(separator: ", "))"
      )
    }
    throw Wrong("\"\(text)\" is not known here", hint: NearestWord.hint(text, among: known))
  }

  /// `true` or `false`.
  static func bool(_ text: String) throws(Wrong) -> Bool {
    switch text {
    case "true": return true
    case "false": return false
    default:
      let meant = ["yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"]
      throw Wrong(
        "\"\(text)\" is neither true nor false",
        hint: meant[text.lowercased()].map { "write \($0)" } ?? NearestWord.hint(text, among: ["true", "false"])
      )
    }
  }

  /// A whole number within bounds.
  static func integer(_ text: String, in bounds: ClosedRange<Int>) throws(Wrong) -> Int {
    let range = "from \(bounds.lowerBound) to \(bounds.upperBound)"
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      throw Wrong("\"\(text)\" is no whole number", hint: range)
    }
    guard let number = Int(text), bounds.contains(number) else { throw Wrong("\(text) is out of bounds", hint: range) }
    return number
  }

  /// What people read: 1–100 characters, no line break.
  static func title(_ text: String) throws(Wrong) -> String {
    guard !text.isEmpty else { throw Wrong("is empty", hint: "write what people shall read") }
    guard text.count <= 100 else { throw Wrong("has \(text.count) characters", hint: "at most 100") }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw Wrong("has a line break or another control character", hint: "one line")
    }
    return text
  }

  /// A path on our own server: begins with a slash, nothing that needs escaping.
  static func path(_ text: String) throws(Wrong) -> String {
    guard text.hasPrefix("/") else { throw Wrong("\"\(text)\" is no path", hint: "write /\(text)") }
    let allowed = text.utf8.allSatisfy {
      $0 >= 0x30 && $0 <= 0x39 || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a
        || [0x2d, 0x2e, 0x2f, 0x5f, 0x7e].contains($0)
    }
    guard allowed, text.utf8.count <= 200, !text.contains("//"), !text.contains("..") else {
      throw Wrong("\"\(text)\" has a character that is not used here", hint: "letters, digits, / - . _ ~, at most 200")
    }
    return text
  }

  /// The name of a slot or a device.
  static func name<Name: RawRepresentable>(_ text: String) throws(Wrong) -> Name where Name.RawValue == String {
    if let name = Name(rawValue: text) { return name }
    let fitting = text.lowercased().unicodeScalars.map {
      ("a"..."z").contains($0) || ("0"..."9").contains($0) ? $0 : "-"
    }
    var plain = String.UnicodeScalarView()
    plain.append(contentsOf: fitting)
    let hint = Name(rawValue: String(plain)).map { "write \"\($0.rawValue)\"" }
    throw Wrong("\"\(text)\" is no name: 1 to 64 of a-z, 0-9 and -, no - at either end", hint: hint)
  }
}
