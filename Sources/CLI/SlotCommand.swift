import ArgumentParser
import Primitives

struct SlotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slot",
    abstract: "See what is for sale, close it and open it again.",
    subcommands: [List.self, Open.self, Close.self]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List slots with their state.",
      discussion: """
        Examples:
          coinslot slot list
          coinslot slot list --json | jq -r '.data[].url'
        """
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let answer = try await server.client().get("/v1/slots")
      if output.isJSON { return Standard.json(answer) }
      Standard.line(SlotCommand.table(answer["data"]?.array ?? []))
    }
  }

  struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Open a slot that was closed.",
      discussion: """
        Example:
          coinslot slot open charger
        """
    )

    @Argument(help: "The slot.")
    var slot: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let answer = try await server.client().post(
        "/v1/slots/\(ServerClient.escaped(slot))/open",
        isDryRun: change.dryRun
      )
      if output.isJSON { return Standard.json(answer) }
      Standard.line(change.dryRun ? "would open \(slot)" : SlotCommand.table([answer]))
    }
  }

  struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Close a slot: its page stops selling, and money that still arrives is held for you.",
      discussion: """
        Examples:
          coinslot slot close charger
          coinslot slot close charger --words "Back on Monday."
        """
    )

    @Argument(help: "The slot.")
    var slot: String

    @Option(help: "What the page says, up to 200 characters.")
    var words = ""

    @OptionGroup var server: ServerOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let answer = try await server.client().post(
        "/v1/slots/\(ServerClient.escaped(slot))/close",
        ["words": .string(words)],
        isDryRun: change.dryRun
      )
      if output.isJSON { return Standard.json(answer) }
      Standard.line(change.dryRun ? "would close \(slot)" : SlotCommand.table([answer]))
    }
  }

  private static func table(_ rows: [JSONValue]) -> String {
    var table = Table(["SLOT", "STATE", "DETAIL", "UNTIL", "DEVICE", "NETWORK", "ACCOUNT", "PAGE"])
    for row in rows {
      for pay in row["pay"]?.array ?? [] {
        table.add([
          row["id"]?.string, pay["state"]?["word"]?.string, pay["state"]?["detail"]?.string,
          Readable.moment(pay["state"]?["until_ms"]), row["does"].map { DispatchCommand.place($0) },
          pay["network"]?.string, Readable.short(pay["account"]?.string), row["url"]?.string,
        ])
      }
    }
    return table.text(none: "Nothing is for sale. Slots are set in the configuration: coinslot config default")
  }
}
