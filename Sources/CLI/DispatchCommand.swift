import ArgumentParser
import Primitives

struct DispatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dispatch",
    abstract: "See the work for devices and how far it got.",
    subcommands: [List.self, Show.self]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List work, newest first.",
      discussion: """
        Examples:
          coinslot dispatch list
          coinslot dispatch list --device charger-1
        """
    )

    @Option(help: "Only work for this device.")
    var device: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await server.client().show(
        "/v1/dispatches",
        list,
        filter: ("device", device),
        as: output,
        heads: ["CREATED", "DEVICE", "WHAT", "STATE", "OUTCOME", "REASON", "LEFT", "ID"],
        none: "No work yet."
      ) { row in
        [
          Readable.moment(row["created_at_ms"]), DispatchCommand.place(row), DispatchCommand.what(row),
          row["state"]?.string, row["outcome"]?.string, row["reason"]?.string, Readable.span(row["left_ms"]),
          row["id"]?.string,
        ]
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one piece of work.",
      discussion: """
        Example:
          coinslot dispatch show dsp_01J…
        """
    )

    @Argument(help: "The work, dsp_…")
    var id: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let row = try await server.client().get("/v1/dispatches/\(ServerClient.escaped(id))")
      if output.isJSON { return Standard.json(row) }
      Standard.line(DispatchCommand.sheet(row))
    }
  }

  /// Device and channel: `charger-1/0`.
  static func place(_ row: JSONValue) -> String {
    "\(row["device"]?.string ?? "?")/\(Readable.text(row["channel"]) ?? "?")"
  }

  /// What is to be done: `run 10min`, `stop`.
  static func what(_ row: JSONValue) -> String {
    let test = row["is_test"]?.bool == true ? " (test)" : ""
    switch row["mode"]?.string {
    case "stop": return "stop\(test)"
    case "extend": return "add \(Readable.span(row["ms"]) ?? "?")\(test)"
    case "replace": return "replace by \(Readable.span(row["ms"]) ?? "?")\(test)"
    default: return "run \(Readable.span(row["ms"]) ?? "?")\(test)"
    }
  }

  /// One piece of work for a person.
  static func sheet(_ row: JSONValue) -> String {
    var sheet = Sheet()
    sheet.add("id", row["id"]?.string)
    sheet.add("device", place(row))
    sheet.add("what", what(row))
    sheet.add("state", row["state"]?.string)
    sheet.add("outcome", row["outcome"]?.string)
    sheet.add("reason", row["reason"]?.string)
    sheet.add("left", Readable.span(row["left_ms"]))
    sheet.add("slot", row["slot"]?.string)
    sheet.add("sale", row["sale"]?.string)
    sheet.add("number", Readable.text(row["number"]))
    sheet.add("attempts", Readable.text(row["attempts"]))
    sheet.add("created", Readable.moment(row["created_at_ms"]))
    sheet.add("must start by", Readable.moment(row["deadline_at_ms"]))
    sheet.add("started", Readable.moment(row["accepted_at_ms"]))
    sheet.add("ended", Readable.moment(row["ended_at_ms"]))
    return sheet.text
  }
}
