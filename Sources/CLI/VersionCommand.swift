import ArgumentParser
import Primitives

/// Which version of the program this is.
enum ProgramVersion {
  /// Semantic: the first number changes where a configuration or a script may break.
  static let text = "0.1.0"
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Print the version.",
    discussion: """
      Examples:
        coinslot version
        coinslot version --json
      """
  )

  @OptionGroup var output: OutputOptions

  func run() {
    if output.isJSON {
      Standard.json(["name": "coinslot", "version": .string(ProgramVersion.text)])
    } else {
      print("coinslot \(ProgramVersion.text)")
    }
  }
}
