extension ConfigReader {
  /// Clients of `/call` that may have a key.
  private static let mostWatchers = 10_000
  /// Characters that a key has at least.
  private static let leastKey = 16

  /// The keys in the file that `watcher_keys_file` names.
  ///
  /// A line is a name and a key, and if wanted how many connections and how many accounts the key allows; `#` begins a
  /// comment.
  func watchers(_ section: ConfigSection) -> [Config.Watcher]? {
    let key = "watcher_keys_file"
    guard let path = path(section, key) else { return nil }
    do throws(Wrong) {
      let text = String(decoding: try files.secret(at: path, make: Self.format), as: UTF8.self)
      return watchers(text, file: path, setting: section.path(of: key))
    } catch {
      section.error(key, error.words, hint: error.hint)
      return nil
    }
  }

  private static let format = "a line is a name and a key: kiosk-1 and what `openssl rand -hex 16` prints"

  private func watchers(_ text: String, file: String, setting: String) -> [Config.Watcher] {
    var watchers: [Config.Watcher] = []
    var names: Set<String> = []
    var isEmpty = true
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      isEmpty = false
      let place = ConfigPlace.file(file, line: index + 1, column: 1)
      do throws(Wrong) {
        let watcher = try Self.watcher(words)
        guard names.insert(first).inserted else {
          throw Wrong("\"\(first)\" is given twice", hint: "each key has a name of its own")
        }
        watchers.append(watcher)
      } catch {
        notes.error(place, setting, error.words, hint: error.hint)
      }
    }
    let top = ConfigPlace.file(file, line: 1, column: 1)
    if isEmpty { notes.error(top, setting, "holds no key", hint: Self.format) }
    if watchers.count > Self.mostWatchers {
      notes.error(top, setting, "holds \(watchers.count) keys", hint: "at most \(Self.mostWatchers)")
    }
    return watchers
  }

  /// No word of the line but its name is ever repeated: the others may be a key.
  private static func watcher(_ words: [String]) throws(Wrong) -> Config.Watcher {
    guard (2...4).contains(words.count) else { throw Wrong("this line is not a name and a key", hint: format) }
    guard words[1].utf8.count >= leastKey else {
      throw Wrong("the key of \"\(words[0])\" is short", hint: "at least \(leastKey) characters: openssl rand -hex 16")
    }
    let counts = words.dropFirst(2).map { Int($0) ?? 0 }
    guard counts.allSatisfy({ (1...1_000_000).contains($0) }) else {
      throw Wrong("what follows the key of \"\(words[0])\" is no number", hint: "connections, then accounts: 16 256")
    }
    return Config.Watcher(
      name: words[0],
      key: words[1],
      connections: counts.first ?? 16,
      accounts: counts.dropFirst().first ?? 256
    )
  }
}
