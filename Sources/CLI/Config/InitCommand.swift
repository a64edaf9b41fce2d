import ArgumentParser
import Foundation
import Server

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a checked configuration: your address, a device, a price.",
    discussion: """
      On a terminal it asks for what was not given; otherwise --address is needed and the rest has defaults. An \
      existing file is never overwritten.

      Examples:
        coinslot init
        coinslot init --address nano_1… --price "0.1 XNO" --gives 10min
        coinslot init --address nano_1… --device lamp --slot lamp --title "Table lamp" --dry-run
      """
  )

  @Option(help: "Where the money shall arrive, a Nano address of yours.")
  var address: String?

  @Option(help: "The machine's name.")
  var device: String?

  @Flag(help: "There is no machine yet: the next command plays one.")
  var virtual = false

  @Option(help: "The name of what is sold, as it stands in the page's address.")
  var slot: String?

  @Option(help: "What people read.")
  var title: String?

  @Option(help: "What it costs, such as \"0.1 XNO\".")
  var price: String?

  @Option(help: "How long it then runs, such as 10min.")
  var gives: String?

  @Option(help: ArgumentHelp("The node's RPC.", valueName: "url"))
  var rpc: String?

  @Option(help: ArgumentHelp("The node's WebSocket.", valueName: "url"))
  var websocket: String?

  @Option(help: "Which Nano network: live, beta, test, dev or sim.")
  var chain: String?

  @Option(help: ArgumentHelp("Where the server shall listen.", valueName: "address:port"))
  var listen: String?

  @Option(help: ArgumentHelp("Where ledger, keys and the admin token shall be kept.", valueName: "folder"))
  var data: String?

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "coinslot.yaml"

  @Flag(help: "Print the file instead of writing it.")
  var dryRun = false

  func run() throws {
    if !dryRun, FileManager.default.fileExists(atPath: output) {
      throw Failure(
        .conflict,
        "\(output) exists and is not overwritten",
        hint: "name another with --output, or change it: coinslot config check \(output)"
      )
    }
    let asks = Standard.isInputTerminal && Standard.isErrorTerminal
    guard asks || address != nil else {
      throw Failure(.usage, "--address is missing", hint: "give a Nano address of yours: --address nano_1…")
    }
    var (answers, isVirtual) = (given, virtual)
    if asks { try InitQuestions(command: self).ask(&answers, &isVirtual) }
    if dryRun {
      _ = try check(answers, keyFileIsThere: false)
      return print(answers.text, terminator: "")
    }
    try write(answers)
    tell(answers, isVirtual: isVirtual)
  }

  /// What the flags say, over the defaults.
  private var given: InitAnswers {
    var answers = InitAnswers()
    answers.account = address ?? answers.account
    answers.device = device ?? answers.device
    answers.slot = slot ?? answers.slot
    answers.title = title ?? (slot == nil ? answers.title : answers.slot)
    answers.price = price ?? answers.price
    answers.gives = gives ?? answers.gives
    answers.rpc = rpc ?? answers.rpc
    answers.websocket = websocket ?? answers.websocket
    answers.chain = chain ?? answers.chain
    answers.listen = listen ?? answers.listen
    answers.data = data ?? answers.data
    return answers
  }

  /// Reads what would be written as the server would.
  ///
  /// - Throws: `Failure.usage` with every mistake, in the words of the flags.
  @discardableResult
  func check(_ answers: InitAnswers, keyFileIsThere: Bool = false) throws -> LoadedConfig {
    let loader = ConfigLoader(environment: [:], workingFolder: folder, account: NetworkAccounts.account)
    let text = keyFileIsThere ? answers.text : answers.text.replacing("    key_file: ", with: "    # key_file: ")
    do throws(ConfigRefusal) { return try loader.load(text: text, name: output, folder: folder) } catch {
      let words = error.mistakes.filter { $0.weight == .error }.map {
        "\($0.path): \($0.words)" + ($0.hint.map { "; \($0)" } ?? "")
      }
      throw Failure(.usage, words.joined(separator: "\n"))
    }
  }

  private var folder: String {
    let whole = output.hasPrefix("/") ? output : "\(FileManager.default.currentDirectoryPath)/\(output)"
    return (whole as NSString).deletingLastPathComponent
  }

  private func write(_ answers: InitAnswers) throws {
    try check(answers)
    let key = URL(fileURLWithPath: "\(folder)/\(answers.keyFile)").standardizedFileURL.path
    // A key that is there already belongs to a device that has it: it is kept.
    let makesKey = !FileManager.default.fileExists(atPath: key)
    if makesKey {
      try FileManager.default.createDirectory(
        atPath: (key as NSString).deletingLastPathComponent,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
      let file = try NewFile(key, mode: 0o600)
      try file.write((Chance.hex(bytes: 32) + "\n").utf8)
      try file.finish()
    }
    do {
      try check(answers, keyFileIsThere: true)
      let file = try NewFile(output, mode: 0o644)
      try file.write(answers.text.utf8)
      try file.finish()
    } catch {
      if makesKey { try? FileManager.default.removeItem(atPath: key) }
      throw error
    }
  }

  private func tell(_ answers: InitAnswers, isVirtual: Bool) {
    let config = output == "coinslot.yaml" ? "" : " --config \(output)"
    let keyFile = answers.keyFile.dropFirst(2)
    let key = folder == FileManager.default.currentDirectoryPath ? String(keyFile) : "\(folder)/\(keyFile)"
    var lines = ["Wrote \(output), checked, and the device's key \(key).", "", "Next:", "  coinslot serve\(config)"]
    if isVirtual {
      lines.append("  coinslot device --virtual --id \(answers.device) --key-file \(key)")
    } else {
      lines.append("  put the key into the firmware of \(answers.device), or play it meanwhile:")
      lines.append("  coinslot device --virtual --id \(answers.device) --key-file \(key)")
    }
    lines.append("The page: http://\(answers.listen)/s/\(answers.slot)")
    Standard.line(lines.joined(separator: "\n"))
  }
}
