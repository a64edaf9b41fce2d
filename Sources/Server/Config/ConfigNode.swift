/// A value as somebody wrote it, before it means anything.
struct ConfigNode: Sendable {
  /// What was written.
  var content: Content
  /// Where.
  var place: ConfigPlace

  /// The shapes a value can have.
  enum Content: Sendable {
    /// One word or text, quoted or not.
    case text(String)
    /// A list.
    case list([ConfigNode])
    /// Keys with values, in the order written.
    case map([Entry])
    /// A key without a value.
    case nothing
  }

  /// A key with its value.
  struct Entry: Sendable {
    var key: String
    var place: ConfigPlace
    var value: ConfigNode
  }

  /// An empty mapping: a file without a line.
  static func empty(_ place: ConfigPlace) -> ConfigNode { ConfigNode(content: .map([]), place: place) }

  /// Puts a text at a path of keys, over what is there; false where something on the way is no mapping.
  mutating func set(_ text: String, at path: some Collection<String>, from place: ConfigPlace) -> Bool {
    guard let key = path.first else {
      self = ConfigNode(content: .text(text), place: place)
      return true
    }
    switch content {
    case .nothing: content = .map([])
    case .map: break
    case .text, .list: return false
    }
    guard case .map(var entries) = content else { return false }
    if let index = entries.firstIndex(where: { $0.key == key }) {
      guard entries[index].value.set(text, at: path.dropFirst(), from: place) else { return false }
    } else {
      var value = ConfigNode.empty(place)
      guard value.set(text, at: path.dropFirst(), from: place) else { return false }
      entries.append(Entry(key: key, place: place, value: value))
    }
    content = .map(entries)
    return true
  }
}
