import ArgumentParser
import Primitives

struct PaymentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "payment",
    abstract: "See what was paid.",
    subcommands: [List.self, Show.self]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List payments, newest first.",
      discussion: """
        Examples:
          coinslot payment list
          coinslot payment list --account nano_1… --limit 200
          coinslot payment list --json | jq '.data[] | select(.standing == "held")'
        """
    )

    @Option(help: "Only payments to this account.")
    var account: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await server.client().show(
        "/v1/payments",
        list,
        filter: ("account", account),
        as: output,
        heads: ["RECORDED", "AMOUNT", "STANDING", "REASON", "PAYER", "ACCOUNT", "ID"],
        none: "No payments."
      ) { row in
        [
          Readable.moment(row["recorded_at_ms"]), PaymentCommand.amount(row), row["standing"]?.string,
          row["reason"]?.string, Readable.short(row["payer"]?.string), Readable.short(row["account"]?.string),
          row["id"]?.string,
        ]
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one payment with what was verified of it.",
      discussion: """
        Examples:
          coinslot payment show pay_01J…
          coinslot payment show pay_01J… --json | jq -r .evidence
        """
    )

    @Argument(help: "The payment, pay_…")
    var id: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let row = try await server.client().get("/v1/payments/\(ServerClient.escaped(id))")
      if output.isJSON { return Standard.json(row) }
      var sheet = Sheet()
      sheet.add("id", row["id"]?.string)
      sheet.add("amount", PaymentCommand.amount(row))
      sheet.add("standing", row["standing"]?.string)
      sheet.add("reason", row["reason"]?.string)
      sheet.add("sale", row["sale"]?.string)
      sheet.add("network", row["network"]?.string)
      sheet.add("transaction", row["transaction"]?.string)
      sheet.add("account", row["account"]?.string)
      sheet.add("payer", row["payer"]?.string)
      sheet.add("made not before", Readable.moment(row["earliest_at_ms"]))
      sheet.add("recorded", Readable.moment(row["recorded_at_ms"]))
      sheet.add("evidence", row["evidence"]?.string)
      Standard.line(sheet.text)
    }
  }

  /// The amount, marked where it is a toy.
  private static func amount(_ row: JSONValue) -> String? {
    Readable.amount("amount", of: row).map { row["simulation"]?.bool == true ? "\($0) (toy)" : $0 }
  }
}
