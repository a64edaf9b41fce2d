import ArgumentParser
import Foundation
import Primitives
import Server

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check the configuration, show what is in force, print a commented one.",
    subcommands: [ConfigCheck.self, ConfigShow.self, ConfigPrintDefault.self]
  )
}

struct ConfigCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Name every mistake of a configuration, with line, column and the nearest valid word.",
    discussion: """
      Exit code 0 where the server would start with it, 2 where it would not. Warnings do not count as mistakes.

      Examples:
        coinslot config check
        coinslot config check examples/usb-charger.yaml
        coinslot config check --json | jq '.mistakes[].words'
      """
  )

  @Argument(help: "The file; found as `serve` finds it unless given.")
  var file: String?

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var wantsJSON = false

  func run() throws {
    let loader = ConfigLoader.ofProcess(account: NetworkAccounts.account)
    var mistakes: [ConfigMistake]
    var name = file
    var loaded: LoadedConfig?
    do throws(ConfigRefusal) {
      let found: String
      if let file { found = file } else { found = try loader.find(named: nil) }
      name = found
      let good = try loader.load(file: found)
      (loaded, mistakes) = (good, good.warnings)
    } catch { mistakes = error.mistakes }
    if wantsJSON {
      Standard.line(ConfigReport.json(mistakes).text(style: .pretty))
    } else {
      tell(mistakes, name: name ?? "", loaded)
    }
    if loaded == nil { throw ExitCode(Failure.Kind.usage.rawValue) }
  }

  private func tell(_ mistakes: [ConfigMistake], name: String, _ loaded: LoadedConfig?) {
    let text = FileManager.default.contents(atPath: name).map { String(decoding: $0.prefix(1 << 20), as: UTF8.self) }
    if !mistakes.isEmpty { Standard.error(Standard.plain(ConfigReport.text(mistakes, name: name, file: text))) }
    let errors = mistakes.filter { $0.weight == .error }.count
    let warnings = mistakes.count - errors
    guard let config = loaded?.config else {
      return Standard.error(
        "\(name.isEmpty ? "" : "\(name): ")\(count(errors, "mistake")), \(count(warnings, "warning"))"
      )
    }
    let what =
      "\(count(config.slots.count, "slot")), \(count(config.devices.count, "device")), \(count(warnings, "warning"))"
    Standard.line("\(name): good: \(what)")
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

struct ConfigShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print every setting in force: default, file, environment, in rising order.",
    discussion: """
      Secret parts of paths and URLs are left out.

      Examples:
        coinslot config show
        coinslot config show --sources
        COINSLOT_LOG__LEVEL=debug coinslot config show --sources | grep log
      """
  )

  @Option(help: ArgumentHelp("The file; found as `serve` finds it unless given.", valueName: "file"))
  var config: String?

  @Flag(help: "Say where each value came from.")
  var sources = false

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var wantsJSON = false

  func run() throws {
    let loader = ConfigLoader.ofProcess(account: NetworkAccounts.account)
    do throws(ConfigRefusal) {
      let loaded = try loader.load(file: try loader.find(named: config))
      if wantsJSON {
        Standard.line(ConfigReport.json(loaded.values).text(style: .pretty))
      } else {
        Standard.line(Standard.plain(ConfigReport.text(loaded.values, withPlaces: sources)))
      }
    } catch { throw Failure(.usage, error.description, hint: "coinslot config check shows each with its line") }
  }
}

struct ConfigPrintDefault: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "default",
    abstract: "Print a commented configuration with every setting and its default.",
    discussion: """
      Example:
        coinslot config default > coinslot.yaml
      """
  )

  func run() { print(ConfigDefault.text, terminator: "") }
}
