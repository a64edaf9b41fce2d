/// Finds the word somebody meant.
enum NearestWord {
  /// The known word nearest to `word` by single slips (a letter added, left out, changed, or two swapped); nil where
  /// none is within a third of its length.
  static func find(_ word: String, among known: some Sequence<String>) -> String? {
    let plain = folded(word)
    var best: (word: String, slips: Int)?
    for candidate in known {
      let slips = distance(plain, folded(candidate))
      if slips <= max(1, candidate.count / 3), slips < best?.slips ?? .max { best = (candidate, slips) }
    }
    return best?.word
  }

  /// `did you mean "price"?`, or the list of what is known.
  static func hint(_ word: String, among known: [String]) -> String? {
    if let nearest = find(word, among: known) { return "did you mean \"\(nearest)\"?" }
    return known.isEmpty ? nil : "known here: \(known.joined(separator: ", "))"
  }

  /// Capitals and the two dashes are no slips.
  private static func folded(_ word: String) -> [UInt8] {
    word.utf8.prefix(64).map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 == 0x2d ? 0x5f : $0 }
  }

  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var before = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1] + [Int](repeating: 0, count: b.count)
      for j in b.indices {
        row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], before[j - 1] + 1) }
      }
      (before, last) = (last, row)
    }
    return last[b.count]
  }
}
