import Foundation

/// Finds, reads and checks the configuration: defaults, then the file, then the environment, then flags.
package struct ConfigLoader: Sendable {
  /// The variables of the process.
  package var environment: [String: String]
  /// The folder that relative paths outside the file begin at.
  package var workingFolder: String
  /// What the command line sets, as paths of settings: `["server", "data"]` with its text and the flag's name.
  package var flags: [Flag] = []
  /// How addresses are read.
  package var account: AccountReading

  /// A setting given on the command line.
  package struct Flag: Sendable {
    /// The setting, `["server", "listen"]`.
    package let path: [String]
    /// The value; commas separate the entries of a list.
    package let text: String
    /// The flag, `--listen`.
    package let name: String

    /// A setting.
    package init(_ path: [String], _ text: String, name: String) {
      self.path = path
      self.text = text
      self.name = name
    }
  }

  /// A loader with what surrounds the process.
  package init(environment: [String: String], workingFolder: String, account: @escaping AccountReading) {
    self.environment = environment
    self.workingFolder = workingFolder
    self.account = account
  }

  /// A loader for this process.
  package static func ofProcess(account: @escaping AccountReading) -> ConfigLoader {
    ConfigLoader(
      environment: ProcessInfo.processInfo.environment,
      workingFolder: FileManager.default.currentDirectoryPath,
      account: account
    )
  }

  /// Where the configuration lies: `named` (the flag), `COINSLOT_CONFIG`, `./coinslot.yaml`,
  /// `/etc/coinslot/coinslot.yaml`.
  ///
  /// - Throws: `ConfigRefusal` where none of these exists, or a named one does not.
  package func find(named: String?) throws(ConfigRefusal) -> String {
    let variable = environment["COINSLOT_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    if let name = named ?? variable {
      guard FileManager.default.fileExists(atPath: absolute(name)) else {
        let place: ConfigPlace = named != nil ? .flag("--config") : .environment("COINSLOT_CONFIG")
        throw refusal(place, "there is no file \(name)", hint: "coinslot init makes one")
      }
      return name
    }
    let usual = ["coinslot.yaml", "/etc/coinslot/coinslot.yaml"]
    if let found = usual.first(where: { FileManager.default.fileExists(atPath: absolute($0)) }) { return found }
    throw refusal(
      .standard,
      "no configuration: neither ./coinslot.yaml nor /etc/coinslot/coinslot.yaml exists",
      hint: "coinslot init makes one; --config or COINSLOT_CONFIG names another"
    )
  }

  /// Reads and checks a file.
  ///
  /// - Throws: `ConfigRefusal` with every mistake.
  package func load(file: String) throws(ConfigRefusal) -> LoadedConfig {
    let path = absolute(file)
    let files = ConfigFiles(
      folder: (path as NSString).deletingLastPathComponent,
      workingFolder: workingFolder,
      credentials: credentials
    )
    let bytes: [UInt8]
    do { bytes = try files.contents(of: path, limit: YAMLLook.maxBytes) } catch {
      throw refusal(.file(file, line: 1, column: 1), error.words, hint: error.hint)
    }
    return try load(bytes, name: file, files: files)
  }

  /// Reads and checks a text as if it stood in a file of `folder`.
  ///
  /// - Throws: `ConfigRefusal` with every mistake.
  package func load(text: String, name: String, folder: String) throws(ConfigRefusal) -> LoadedConfig {
    let files = ConfigFiles(folder: folder, workingFolder: workingFolder, credentials: credentials)
    return try load(Array(text.utf8), name: name, files: files)
  }

  private func load(_ bytes: [UInt8], name: String, files: ConfigFiles) throws(ConfigRefusal) -> LoadedConfig {
    let notes = ConfigNotes()
    guard var root = ConfigYAML.read(bytes, name: name, notes: notes) else {
      throw ConfigRefusal(mistakes: notes.mistakes)
    }
    overlay(&root, notes: notes)
    let config = ConfigReader(notes: notes, files: files, account: account).read(root)
    let mistakes = Self.sorted(notes.mistakes)
    guard !notes.hasErrors else { throw ConfigRefusal(mistakes: mistakes) }
    return LoadedConfig(config: config, file: name, warnings: mistakes, values: notes.values)
  }

  /// Lays what the environment and flags say over what the file says.
  private func overlay(_ root: inout ConfigNode, notes: ConfigNotes) {
    for (name, text) in environment.sorted(by: { $0.key < $1.key }) {
      guard name.hasPrefix("COINSLOT_"), name.contains("__"), !text.isEmpty else { continue }
      let path = name.dropFirst("COINSLOT_".count).lowercased().split(separator: "_", omittingEmptySubsequences: false)
      lay(text, at: Self.path(path), from: .environment(name), over: &root, notes: notes)
    }
    for flag in flags { lay(flag.text, at: flag.path, from: .flag(flag.name), over: &root, notes: notes) }
  }

  private func lay(
    _ text: String,
    at path: [String],
    from place: ConfigPlace,
    over root: inout ConfigNode,
    notes: ConfigNotes
  ) {
    guard path.first != "slots", path.first != "devices", !path.contains("") else {
      notes.error(place, path.joined(separator: "."), "slots and devices are set in the file only")
      return
    }
    if !root.set(text, at: path, from: place) {
      notes.error(place, path.joined(separator: "."), "is no setting: something on the way to it is a single value")
    }
  }

  /// `server__public_url` is two keys: only the double underscore separates.
  private static func path(_ parts: [Substring]) -> [String] {
    parts.joined(separator: "_").replacing("__", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  private var credentials: String? { environment["CREDENTIALS_DIRECTORY"].flatMap { $0.isEmpty ? nil : $0 } }

  private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(workingFolder)/\(path)" }

  private func refusal(_ place: ConfigPlace, _ words: String, hint: String?) -> ConfigRefusal {
    ConfigRefusal(mistakes: [ConfigMistake(weight: .error, place: place, path: "", words: words, hint: hint)])
  }

  /// In the order of the file; what is not in a file comes last.
  private static func sorted(_ mistakes: [ConfigMistake]) -> [ConfigMistake] {
    func key(_ mistake: ConfigMistake) -> (Int, Int) {
      if case .file(_, let line, let column) = mistake.place { (line, column) } else { (.max, .max) }
    }
    return mistakes.enumerated().sorted {
      (key($0.element).0, key($0.element).1, $0.offset) < (key($1.element).0, key($1.element).1, $1.offset)
    }
    .map(\.element)
  }
}

/// A configuration without a mistake, with what a person should know about it.
package struct LoadedConfig: Sendable {
  /// The configuration.
  package let config: Config
  /// The file it came from.
  package let file: String
  /// What is not wrong but should be known.
  package let warnings: [ConfigMistake]
  /// Every setting in force with its place.
  package let values: [ConfigValue]
}
