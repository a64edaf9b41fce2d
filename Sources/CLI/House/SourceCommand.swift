import ArgumentParser
import Primitives

struct SourceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "source",
    abstract: "See how well the nodes are heard, and take another node for the right one.",
    subcommands: [List.self, Accept.self]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the nodes with their condition.",
      discussion: """
        Example:
          coinslot source list
        """
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let answer = try await server.client().get("/v1/sources")
      if output.isJSON { return Standard.json(answer) }
      var table = Table(["NETWORK", "STATUS", "ASSET", "REASON"])
      for row in answer["data"]?.array ?? [] {
        table.add([row["network"]?.string, row["status"]?.string, row["asset"]?.string, row["reason"]?.string])
      }
      let none = "No node is configured. Nodes are set in the configuration: coinslot config default"
      Standard.line(table.text(none: none))
    }
  }

  struct Accept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Believe the node that answers now, though it is not the one it was.",
      discussion: """
        A node that was replaced is not believed until you say that it is the right one: nothing it tells is recorded \
        meanwhile, and nothing is sold. Afterwards all payments of that time are found.

        Examples:
          coinslot source accept nano:live --dry-run
          coinslot source accept nano:live
        """
    )

    @Argument(help: "The network, as `coinslot source list` names it.")
    var network: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let answer = try await server.client().post(
        "/v1/sources/\(ServerClient.escaped(network))/accept",
        isDryRun: change.dryRun
      )
      if output.isJSON { return Standard.json(answer) }
      var sheet = Sheet()
      sheet.add("node", answer["node"]?.string)
      sheet.add("node before", answer["node_before"]?.string)
      let what =
        change.dryRun
        ? "would \(answer["would"]?.string ?? "accept") for \(Standard.plain(network))"
        : "accepted for \(Standard.plain(network)); what was paid meanwhile is being read"
      Standard.line("\(what)\n\(sheet.text)")
    }
  }
}
