/// The series of one metric by their label values, bounded.
///
/// Beyond the bound a new combination is counted under `other` in every label, so a mistake with a label costs a
/// metric its detail and never the server its memory.
struct MetricSeriesTable<Cell> {
  private(set) var cells: [[String]: Cell] = [:]
  let labels: [String]
  let most: Int

  init(labels: [String], most: Int) {
    self.labels = labels
    self.most = most
  }

  /// Changes the cell of these values; a fresh one comes from `make`.
  mutating func update(_ values: [String], make: () -> Cell, _ change: (inout Cell) -> Void) {
    precondition(values.count == labels.count, "a value for each label")
    if cells[values] != nil || cells.count < most {
      change(&cells[values, default: make()])
    } else {
      change(&cells[labels.map { _ in "other" }, default: make()])
    }
  }

  /// All series, in the order of their values.
  func series(_ value: (Cell) -> MetricFamily.Value) -> [MetricFamily.Series] {
    cells.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, cell in
      MetricFamily.Series(zip(labels, values).map { MetricFamily.Label($0, $1) }, value(cell))
    }
  }
}
