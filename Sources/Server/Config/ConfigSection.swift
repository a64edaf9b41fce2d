/// One mapping of the configuration while it is read: hands out typed values, notes what is wrong, and knows at its
/// end which keys nobody asked for.
///
/// A value that is wrong is noted and answered like a missing one, so that reading goes on and finds every mistake.
final class ConfigSection {
  /// The setting it is, `slots[0].price`.
  let path: String
  /// Where the section begins; what is missing in it is reported there.
  let place: ConfigPlace
  let notes: ConfigNotes
  private let entries: [ConfigNode.Entry]
  private var asked: [String] = []
  private var refused: [String: String] = [:]

  /// A section; one that is not written at all has no entries.
  init(_ entries: [ConfigNode.Entry], path: String, place: ConfigPlace, notes: ConfigNotes) {
    self.entries = entries
    self.path = path
    self.place = place
    self.notes = notes
  }

  /// The path of a key in this section.
  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Whether a key is written.
  func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// The keys of the section that a key holds, without asking for it; none where it holds no section.
  func keys(of key: String) -> [String] {
    guard case .map(let inner) = entries.first(where: { $0.key == key })?.value.content else { return [] }
    return inner.map(\.key)
  }

  /// A text two keys deep, without asking for it.
  func text(of key: String, _ inner: String) -> String? {
    guard case .map(let section) = entries.first(where: { $0.key == key })?.value.content,
      case .text(let text) = section.first(where: { $0.key == inner })?.value.content
    else { return nil }
    return text
  }

  /// Where a key's value is written; the section's place where it is not.
  func place(of key: String) -> ConfigPlace { entries.first { $0.key == key }?.value.place ?? place }

  /// The raw value of a key; nil where it is missing or empty.
  func node(_ key: String) -> ConfigNode? {
    know([key])
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    if case .nothing = entry.value.content {
      notes.error(entry.place, path(of: key), "has no value", hint: "write one or take the line out")
      return nil
    }
    return entry.value
  }

  /// Declares keys that may stand here and are dealt with.
  func know(_ keys: [String]) {
    for key in keys where !asked.contains(key) { asked.append(key) }
  }

  /// Declares keys that exist elsewhere but not here, with the reason to give.
  func refuse(_ keys: [String], because reason: String) {
    for key in keys { refused[key] = reason }
  }

  /// Calls every key that nobody asked for unknown; to be called once, after the last question.
  func end() {
    for entry in entries where !asked.contains(entry.key) && !notes.isFull {
      if let reason = refused[entry.key] {
        notes.error(entry.place, path(of: entry.key), reason)
      } else {
        notes.error(
          entry.place,
          path,
          "unknown key \"\(entry.key)\"",
          hint: NearestWord.hint(entry.key, among: asked)
        )
      }
    }
  }

  func error(_ key: String, _ words: String, hint: String? = nil) {
    notes.error(place(of: key), path(of: key), words, hint: hint)
  }

  func warning(_ key: String, _ words: String, hint: String? = nil) {
    notes.warning(place(of: key), path(of: key), words, hint: hint)
  }
}

// MARK: - Single values

extension ConfigSection {
  /// A value that may be missing.
  func value<Value>(
    _ key: String,
    shown: ((Value) -> String)? = nil,
    _ read: (String) throws(Wrong) -> Value
  ) -> Value? {
    guard let node = node(key), let text = text(of: node, at: path(of: key)) else { return nil }
    do {
      let value = try read(text)
      notes.value(path(of: key), shown?(value) ?? text, from: node.place)
      return value
    } catch {
      notes.error(node.place, path(of: key), error.words, hint: error.hint)
      return nil
    }
  }

  /// A value with a default, which is shown as `standard`.
  func value<Value>(
    _ key: String,
    default fallback: Value,
    standard: String,
    shown: ((Value) -> String)? = nil,
    _ read: (String) throws(Wrong) -> Value
  ) -> Value {
    if !has(key) { notes.value(path(of: key), standard, from: .standard) }
    return value(key, shown: shown, read) ?? fallback
  }

  /// A value that must be there; `why` says what to write.
  func needed<Value>(
    _ key: String,
    why: String,
    shown: ((Value) -> String)? = nil,
    _ read: (String) throws(Wrong) -> Value
  ) -> Value? {
    if !has(key) { notes.error(place, path, "\"\(key)\" is missing", hint: why) }
    return value(key, shown: shown, read)
  }

  /// The text of a node; a list or a mapping is a mistake.
  func text(of node: ConfigNode, at path: String) -> String? {
    switch node.content {
    case .text(let text): return text
    case .nothing: notes.error(node.place, path, "has no value")
    case .list: notes.error(node.place, path, "must be a single value, not a list")
    case .map: notes.error(node.place, path, "must be a single value, not a section of its own")
    }
    return nil
  }
}

// MARK: - Lists and sections

extension ConfigSection {
  /// A list of values; one value alone is a list of one, and from the environment or a flag commas separate them.
  func values<Value>(
    _ key: String,
    default fallback: [Value],
    standard: [String],
    least: Int = 0,
    limit: Int = 64,
    _ read: (String) throws(Wrong) -> Value
  ) -> [Value] {
    guard let node = node(key) else {
      if !has(key) { notes.value(path(of: key), "[\(standard.joined(separator: ", "))]", from: .standard) }
      return fallback
    }
    let nodes = Self.items(node)
    guard nodes.count >= least else {
      error(key, "the list is empty", hint: "write at least one, such as [\(standard.joined(separator: ", "))]")
      return fallback
    }
    guard nodes.count <= limit else {
      error(key, "has \(nodes.count) entries", hint: "at most \(limit)")
      return fallback
    }
    var texts: [String] = []
    let values = nodes.enumerated().compactMap { index, item -> Value? in
      guard let text = text(of: item, at: "\(path(of: key))[\(index)]") else { return nil }
      texts.append(text)
      do throws(Wrong) { return try read(text) } catch {
        notes.error(item.place, path(of: key), error.words, hint: error.hint)
        return nil
      }
    }
    notes.value(path(of: key), "[\(texts.joined(separator: ", "))]", from: node.place)
    return values
  }

  private static func items(_ node: ConfigNode) -> [ConfigNode] {
    switch (node.content, node.place) {
    case (.list(let items), _): return items
    case (.text(let text), .environment), (.text(let text), .flag):
      return text.split(separator: ",").map {
        let trimmed = String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        return ConfigNode(content: .text(trimmed), place: node.place)
      }
    default: return [node]
    }
  }

  /// A section of its own; nil where it is missing or no section.
  func section(_ key: String, like example: String) -> ConfigSection? {
    guard let node = node(key) else { return nil }
    return section(node, path: path(of: key), like: example)
  }

  /// A section that reads as empty where it is not written.
  func sectionOrEmpty(_ key: String, like example: String) -> ConfigSection {
    section(key, like: example) ?? ConfigSection([], path: path(of: key), place: place(of: key), notes: notes)
  }

  /// A list of sections.
  func sections(_ key: String, like example: String, limit: Int) -> [ConfigSection] {
    guard let node = node(key) else { return [] }
    guard case .list(let items) = node.content else {
      error(key, "must be a list", hint: "each entry begins with a dash: - \(example)")
      return []
    }
    guard items.count <= limit else {
      error(key, "has \(items.count) entries", hint: "at most \(limit)")
      return []
    }
    return items.enumerated().compactMap { index, item in
      section(item, path: "\(path(of: key))[\(index)]", like: example)
    }
  }

  private func section(_ node: ConfigNode, path: String, like example: String) -> ConfigSection? {
    guard case .map(let entries) = node.content else {
      notes.error(node.place, path, "must be a section with keys of its own", hint: "write \(example)")
      return nil
    }
    return ConfigSection(entries, path: path, place: node.place, notes: notes)
  }
}
