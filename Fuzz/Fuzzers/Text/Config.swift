import Coinslot
import Foundation
import Primitives
import Yams

@testable import Nano
@testable import Server

/// All that `coinslot config check` does with the text of a file: the look, the parser, every section, the report.
///
/// Each text ends in a configuration or in mistakes, the same every time; mistakes have their place in the file and do
/// not repeat what is secret; and what is accepted is accepted again as it is shown, with the same meaning.
func fuzzConfig(_ bytes: Span<UInt8>) {
  guard let text = bytes.text else { return notText(bytes) }
  let look = YAMLLook(text)
  for finding in look.findings { isWithin(text, line: finding.line, column: finding.column) }
  if look.findings.isEmpty { parserIsBound(text) }
  switch (read(text), read(text)) {
  case (.success(let loaded), .success(let again)):
    expect(loaded.config == again.config && loaded.values == again.values, "read twice, another configuration")
    mistakesHold(loaded.warnings, text)
    expect(!loaded.warnings.contains { $0.weight == .error }, "accepted with an error")
    for value in loaded.values where shownInPart.contains(where: value.path.hasSuffix) {
      expect(!value.text.contains(ConfigFolder.secret), "shown: \(value.path)")
    }
    shownAgain(loaded, text)
  case (.failure(let refusal), .failure(let again)):
    expect(refusal.mistakes == again.mistakes, "read twice, other mistakes")
    expect(refusal.mistakes.contains { $0.weight == .error }, "refused without an error")
    mistakesHold(refusal.mistakes, text)
  default: broken("read twice, accepted once")
  }
}

private let shownInPart = [".rpc", ".websocket", "path", "webhook"]

/// The look and the parser agree, so what the look refuses does not get through: depth, anchors, aliases.
private func parserIsBound(_ text: String) {
  guard let parser = try? Parser(yaml: text), let root = try? parser.singleRoot() else { return }
  var nodes = 0
  func walk(_ node: Node, depth: Int) {
    nodes += 1
    expect(nodes <= text.utf8.count * 2 + 2, "more values than the text has room for")
    expect(depth <= 512, "deeper than the look allows")
    expect(node.anchor == nil, "an anchor got past the look")
    switch node {
    case .scalar: break
    case .sequence(let items): for item in items { walk(item, depth: depth + 1) }
    case .mapping(let pairs):
      for (key, value) in pairs {
        walk(key, depth: depth + 1)
        walk(value, depth: depth + 1)
      }
    case .alias: broken("an alias got past the look")
    }
  }
  // A node's anchor is kept by the parser.
  withExtendedLifetime(parser) { walk(root, depth: 0) }
}

private func read(_ text: String) -> Result<LoadedConfig, ConfigRefusal> { read(text, flags: []) }

private func read(_ text: String, flags: [ConfigLoader.Flag]) -> Result<LoadedConfig, ConfigRefusal> {
  let folder = ConfigFolder.path
  var loader = ConfigLoader(environment: [:], workingFolder: folder, account: account)
  loader.flags = flags
  return Result { () throws(ConfigRefusal) in try loader.load(text: text, name: fileName, folder: folder) }
}

private let fileName = "c"

/// Bytes that are no text are refused where the first bad one stands.
private func notText(_ bytes: Span<UInt8>) {
  let notes = ConfigNotes()
  expect(ConfigYAML.read(bytes.copy, name: fileName, notes: notes) == nil, "read, but no UTF-8")
  guard notes.mistakes.count == 1, case .file(_, let line, let column) = notes.mistakes[0].place else {
    broken("bytes that are no text have one mistake")
  }
  let lines = bytes.copy.split(separator: 0x0A, omittingEmptySubsequences: false)
  expect(lines.indices.contains(line - 1), "line \(line) of \(lines.count)")
  expect((1...lines[line - 1].count + 1).contains(column), "column \(column)")
}

// MARK: - Mistakes

private func mistakesHold(_ mistakes: [ConfigMistake], _ text: String) {
  expect(mistakes.count <= ConfigNotes.most + 1, "more mistakes than are kept")
  let webhooks = webhooks(in: text)
  for mistake in mistakes {
    expect(!mistake.words.isEmpty, "no words")
    if case .file(fileName, let line, let column) = mistake.place { isWithin(text, line: line, column: column) }
    for words in [mistake.words, mistake.hint ?? "", mistake.path] {
      expect(words.unicodeScalars.count <= ConfigNotes.longest + 1, "more words than a person reads")
      expect(!words.contains(ConfigFolder.secret), "a secret is repeated: \(words)")
      for webhook in webhooks { expect(!words.contains(webhook), "a webhook is repeated: \(words)") }
    }
  }
  let report = ConfigReport.text(mistakes, name: fileName, file: text)
  expect(report.isEmpty == mistakes.isEmpty, "mistakes without a report")
  expect(!report.contains(ConfigFolder.secret), "a secret is in the report")
  let json = ConfigReport.json(mistakes).bytes(style: .compact)
  expect((try? JSONValue(parsing: json, maxDepth: 8)) != nil, "a report that is no JSON")
}

private func isWithin(_ text: String, line: Int, column: Int) {
  let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
  expect(lines.indices.contains(line - 1), "line \(line) of \(lines.count)")
  expect((1...lines[line - 1].count + 1).contains(column), "column \(column) of \(lines[line - 1].count)")
}

/// Where alarms go, as the parser reads it; only what is long and stands nowhere else in the text.
private func webhooks(in text: String) -> [String] {
  guard YAMLLook(text).findings.isEmpty, let root = try? Parser(yaml: text).singleRoot(),
    case .mapping(let top) = root
  else { return [] }
  let values = top.filter { $0.key.string == "alarms" }.compactMap { $0.value.mapping }.flatMap { alarms in
    alarms.filter { $0.key.string == "webhook" }.compactMap { $0.value.scalar?.string }
  }
  return values.filter { $0.utf8.count >= 20 && text.ranges(of: $0).count == 1 }
}

// MARK: - What is accepted

/// Each setting outside of lists of sections, given on the command line as it is shown, means the same.
private func shownAgain(_ loaded: LoadedConfig, _ text: String) {
  _ = ConfigReport.text(loaded.values, withPlaces: true)
  _ = ConfigReport.json(loaded.values)
  var flags: [ConfigLoader.Flag] = []
  for value in loaded.values {
    let path = value.path.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
    let isOne = !["slots", "devices"].contains { path[0].hasPrefix($0) } && !value.text.contains("…")
    guard isOne, !value.path.contains(".minimums."), !isList(value) else { continue }
    flags.append(ConfigLoader.Flag(path, value.text, name: "--shown"))
  }
  switch read(text, flags: flags) {
  case .success(let again): expect(again.config == loaded.config, "given as shown, another configuration")
  case .failure(let refusal): broken("given as shown, refused: \(refusal)")
  }
}

private func isList(_ value: ConfigValue) -> Bool {
  ["listen", "trusted_proxies", "names", "allow", "origins"].contains { value.path.hasSuffix(".\($0)") }
}

/// As the network reads them, without its node.
private let account: AccountReading = { (chain, text) throws(AddressRefusal) in
  do { return Account(chain: chain, canonical: NanoAddress.encode(try NanoAddress.decode(text))) } catch {
    throw AddressRefusal(reason: "\"\(text.prefix(80))\" is no Nano address")
  }
}

// MARK: - The folder

/// A folder with the files that a configuration can name; all hold one secret.
///
/// It stays, and is the same for every run: a fuzzer ends in ways that leave no time to clean up.
private enum ConfigFolder {
  /// As `openssl rand -hex 16` prints it.
  static let secret = "9f86d081884c7d659a2feaa0c55ad015"

  static let path: String = {
    let path = NSTemporaryDirectory() + "coinslot-fuzz-config-\(getuid())"
    let account = "nano_1ipx847tk8o46pwxt5qjdbncjqcbwcc1rrmqnkztrfjy5k7z4imsrata9est"
    let files = [
      "key": secret + secret, "token": secret, "hook": "https://a.example/\(secret)", "keys": "kiosk \(secret) 16 64",
      "swapped": "\(secret) kiosk", "bad": "\(secret)\n\(secret)", "accounts": "\(account)\n", "empty": "",
    ]
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (name, text) in files {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(path)/\(name)")
      }
    } catch { broken("no folder: \(error)") }
    return path
  }()
}
