import Coinslot
import GRDB

/// Where a list that is ordered by time and name comes from.
struct Listing {
  /// The columns to read.
  let columns: String
  /// The table, with what is joined to it.
  let source: String
  /// The columns by which it is ordered.
  let time: String, name: String
  /// What the names start with.
  let prefix: String
}

extension Tables {
  /// A page of a list, newest first.
  ///
  /// - Throws: `LedgerError.badCursor`.
  func list<Element>(
    _ page: Page,
    _ listing: Listing,
    only condition: String? = nil,
    _ arguments: StatementArguments = [],
    read: (inout RowReader) throws -> Element,
    place: (Element) -> PagePlace
  ) throws -> Paged<Element> {
    let start = try PagePlace(page.cursor, prefix: listing.prefix)
    let (time, name) = (listing.time, listing.name)
    let found = try all(
      """
      SELECT \(listing.columns) FROM \(listing.source)
      WHERE \(condition.map { "\($0) AND " } ?? "")(\(time), \(name)) < (?, ?)
      ORDER BY \(time) DESC, \(name) DESC LIMIT ?
      """,
      arguments + [start.atMS, start.id, page.limit + 1],
      read
    )
    return Paged(found, page, place)
  }
}
