import ArgumentParser
import Primitives

struct DeviceAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a device and make its key, shown this once.",
    discussion: """
      The key goes into the firmware, or into a file for `coinslot device --virtual`.

      Examples:
        coinslot device add charger-1 --title "Gate B12"
        coinslot device add charger-1 --save-key charger-1.key
        coinslot device add charger-1 --dry-run
      """
  )

  @Argument(help: "Its name: 1 to 64 of a-z, 0-9 and -.")
  var device: String

  @Option(help: "What people read; its name unless given.")
  var title: String?

  @OptionGroup var key: KeyOptions
  @OptionGroup var server: ServerOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = try server.client()
    let file = try change.dryRun ? nil : key.begin()
    let answer = try await client.post(
      "/v1/devices",
      ["id": .string(device), "title": title.map { .string($0) } ?? .null],
      isDryRun: change.dryRun
    )
    try key.show(answer, file: file, output: output, dryRun: change.dryRun ? "would add \(device)" : nil)
  }
}

struct DeviceRotate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Make a second key for a device, shown this once.",
    discussion: """
      Both keys count until the device first connects with the new one, seven days at most.

      Examples:
        coinslot device rotate charger-1
        coinslot device rotate charger-1 --save-key charger-1.new.key
      """
  )

  @Argument(help: "The device.")
  var device: String

  @OptionGroup var key: KeyOptions
  @OptionGroup var server: ServerOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = try server.client()
    let file = try change.dryRun ? nil : key.begin()
    let answer = try await client.post("/v1/devices/\(ServerClient.escaped(device))/rotate", isDryRun: change.dryRun)
    try key.show(
      answer,
      file: file,
      output: output,
      dryRun: change.dryRun ? "would make a second key for \(device)" : nil
    )
  }
}

/// Where a new key goes.
struct KeyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the key into this new file, readable by you alone, instead of showing it.",
      valueName: "file"
    )
  )
  var saveKey: String?

  /// Opens the file before the key is made, so that no key is made that cannot be kept.
  func begin() throws -> NewFile? { try saveKey.map { try NewFile($0, mode: 0o600) } }

  /// Shows what the server said, and keeps the key.
  func show(_ answer: JSONValue, file: NewFile?, output: OutputOptions, dryRun: String?) throws {
    if let file, let saveKey, let key = answer["key"]?.string {
      try file.write((key + "\n").utf8)
      try file.finish()
      // The answer without the key, which now lies where only its owner can read it.
      let rest =
        (answer.object ?? []).filter { $0.key != "key" && $0.key != "note" } + [.init("key_file", .string(saveKey))]
      if output.isJSON { return Standard.json(.object(rest)) }
      return Standard.line(
        "\(DeviceTable.text([answer["device"] ?? .null]))\n\nkey \(Readable.text(answer["key_serial"]) ?? "?") is in \(saveKey)"
      )
    }
    if output.isJSON { return Standard.json(answer) }
    if let dryRun { return Standard.line(dryRun) }
    var sheet = Sheet()
    sheet.add("device", answer["device"]?["id"]?.string)
    sheet.add("key", answer["key"]?.string)
    sheet.add("serial", Readable.text(answer["key_serial"]))
    sheet.add("note", answer["note"]?.string)
    Standard.line(sheet.text)
  }
}

struct DeviceRevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Take a device's keys back and close its connections at once.",
    discussion: """
      For a stolen or broken machine. Adding it again makes a new key.

      Examples:
        coinslot device revoke charger-1
        coinslot device revoke charger-1 --dry-run
      """
  )

  @Argument(help: "The device.")
  var device: String

  @OptionGroup var server: ServerOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let answer = try await server.client().post(
      "/v1/devices/\(ServerClient.escaped(device))/revoke",
      isDryRun: change.dryRun
    )
    if output.isJSON { return Standard.json(answer) }
    Standard.line(change.dryRun ? "would revoke \(device)" : DeviceTable.text([answer]))
  }
}

struct DeviceRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Let a device out of quarantine, and its held outputs work again.",
    discussion: """
      A device is quarantined when it looks copied or rolled back, an output is held when its numbers do not fit the \
      ledger. See why first: coinslot device list

      Example:
        coinslot device release charger-1
      """
  )

  @Argument(help: "The device.")
  var device: String

  @OptionGroup var server: ServerOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let answer = try await server.client().post(
      "/v1/devices/\(ServerClient.escaped(device))/release",
      isDryRun: change.dryRun
    )
    if output.isJSON { return Standard.json(answer) }
    Standard.line(change.dryRun ? "would release \(device)" : DeviceTable.text([answer]))
  }
}
