import ArgumentParser
import Primitives

/// How much of a list is shown.
struct ListOptions: ParsableArguments {
  @Option(help: "At most this many, newest first; up to 10000.")
  var limit = 50

  @Option(help: ArgumentHelp("Go on where an earlier list ended (its next_cursor).", valueName: "text"))
  var cursor: String?

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit: from 1 to 10000.") }
  }
}

extension ServerClient {
  /// A list, read page by page up to the limit, in the shape of one page.
  ///
  /// - Throws: `Failure`.
  func list(
    _ path: String,
    _ options: ListOptions,
    filter: (name: String, value: String?)? = nil
  ) async throws -> JSONValue {
    var rows: [JSONValue] = []
    var cursor = options.cursor
    repeat {
      let limit = String(min(200, options.limit - rows.count))
      let page =
        if let filter {
          try await get(path, ["limit": limit, "cursor": cursor, filter.name: filter.value])
        } else { try await get(path, ["limit": limit, "cursor": cursor]) }
      rows += page["data"]?.array ?? []
      cursor = page["next_cursor"]?.string
    } while cursor != nil && rows.count < options.limit
    return .object([.init("data", .array(rows)), .init("next_cursor", cursor.map { .string($0) } ?? .null)])
  }

  /// Shows a list: JSON for a program, a table for a person, with a word where there is more.
  ///
  /// - Throws: `Failure`.
  func show(
    _ path: String,
    _ options: ListOptions,
    filter: (name: String, value: String?)? = nil,
    as output: OutputOptions,
    heads: [String],
    none: String,
    row cells: (JSONValue) -> [String?]
  ) async throws {
    let answer = try await list(path, options, filter: filter)
    if output.isJSON { return Standard.json(answer) }
    var table = Table(heads)
    for row in answer["data"]?.array ?? [] { table.add(cells(row)) }
    Standard.line(table.text(none: none))
    if answer["next_cursor"]?.string != nil {
      Standard.error("There is more: --limit \(min(10_000, options.limit * 4))")
    }
  }
}
