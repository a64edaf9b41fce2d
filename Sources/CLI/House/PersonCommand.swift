import ArgumentParser
import Primitives

struct PersonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "person",
    abstract: "See what is kept about somebody, and erase it.",
    subcommands: [Show.self, Erase.self]
  )

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what is kept about an address that paid or a client that asked.",
      discussion: """
        Example:
          coinslot person show nano_1…
        """
    )

    @Argument(help: "An address, or what the records call a client.")
    var person: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let answer = try await server.client().get("/v1/people", ["person": person])
      if output.isJSON { return Standard.json(answer) }
      var table = Table(["KNOWN AS", "NAME", "TRANSACTION", "QUOTE", "FORGOTTEN AT"])
      for row in answer["data"]?.array ?? [] {
        table.add([
          row["role"]?.string, Readable.short(row["name"]?.string), Readable.short(row["transaction"]?.string),
          row["quote"]?.string, Readable.moment(row["until_ms"]),
        ])
      }
      Standard.line(table.text(none: "Nothing is kept about \(Standard.plain(person))."))
    }
  }

  struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Erase what is kept about somebody.",
      discussion: """
        Amounts, times and the transactions on the public network stay, since the books must add up; who paid is gone \
        from them. Backups made before still hold it until they are removed.

        Examples:
          coinslot person erase nano_1… --dry-run
          coinslot person erase nano_1…
        """
    )

    @Argument(help: "An address, or what the records call a client.")
    var person: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let answer = try await server.client().post(
        "/v1/people/erase",
        ["person": .string(person)],
        isDryRun: change.dryRun
      )
      if output.isJSON { return Standard.json(answer) }
      let count = Readable.text(answer["records"]) ?? "0"
      Standard.line(change.dryRun ? "would erase \(count) record(s)" : "erased \(count) record(s)")
    }
  }
}

struct AuditLogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit-log",
    abstract: "List who changed what, newest first.",
    discussion: """
      Example:
        coinslot audit-log --limit 200
      """
  )

  @OptionGroup var list: ListOptions
  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await server.client().show(
      "/v1/audit-log",
      list,
      as: output,
      heads: ["WHEN", "WHO", "WHAT", "ABOUT", "NOTE"],
      none: "Nothing was changed yet."
    ) { row in
      [
        Readable.moment(row["at_ms"]), row["actor"]?.string, row["action"]?.string, row["subject"]?.string,
        row["note"]?.string,
      ]
    }
  }
}
