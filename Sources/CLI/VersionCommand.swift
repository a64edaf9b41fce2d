import ArgumentParser
import Primitives
import Server

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
      Standard.json(["name": "coinslot", "version": .string(Release.version)])
    } else {
      print("coinslot \(Release.version)")
    }
  }
}
