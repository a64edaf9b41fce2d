/// Rows in columns, for people.
struct Table {
  private var rows: [[String]]
  private let heads: [String]

  /// A table with these heads.
  init(_ heads: [String]) {
    self.heads = heads
    rows = []
  }

  /// Adds a row; missing cells are empty.
  mutating func add(_ cells: [String?]) {
    rows.append(cells.map { Standard.plain($0 ?? "–").split(separator: "\n").joined(separator: " ") })
  }

  /// The lines, columns two spaces apart; `none` where there is no row.
  func text(none: String) -> String {
    guard !rows.isEmpty else { return none }
    let all = [heads] + rows
    let widths = heads.indices.map { column in all.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return all.map { row in
      let cells = row.enumerated().map { column, cell in
        column == heads.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

/// Names and values below each other, for people.
struct Sheet {
  private var lines: [(name: String, value: String)] = []

  /// Adds a line, unless there is no value.
  mutating func add(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { lines.append((name, Standard.plain(value))) }
  }

  /// The lines, values in one column.
  var text: String {
    let width = lines.map(\.name.count).max() ?? 0
    return lines.map { name, value in
      let indent = String(repeating: " ", count: width + 2)
      let body = value.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n\(indent)")
      return name + String(repeating: " ", count: width + 2 - name.count) + body
    }.joined(separator: "\n")
  }
}
