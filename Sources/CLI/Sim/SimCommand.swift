import ArgumentParser

struct SimCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sim",
    abstract: "Run a toy network for tests and experiments; its money is worth nothing.",
    subcommands: [SimNano.self, SimLightning.self]
  )
}
