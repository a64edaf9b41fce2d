import Coinslot

/// A place in a list that is ordered by time and name, newest first: everything after it is older.
struct PagePlace {
  /// The time of the last element before the place, wall-clock milliseconds.
  let atMS: Int64
  /// Its name.
  let id: String

  /// The place after an element.
  init(atMS: Int64, id: String) {
    self.atMS = atMS
    self.id = id
  }

  /// The place a cursor means; the start of the list for none.
  ///
  /// - Throws: `LedgerError.badCursor` for a text that no list of this kind gave.
  init(_ cursor: String?, prefix: String) throws(LedgerError) {
    guard let cursor else {
      self.init(atMS: .max, id: "~")
      return
    }
    let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let atMS = Int64(parts[0]), String(atMS) == parts[0], parts[1].hasPrefix(prefix),
      parts[1].utf8.count <= 64, parts[1].utf8.dropFirst(prefix.utf8.count).allSatisfy({ isLetterOrDigit($0) })
    else { throw .badCursor }
    self.init(atMS: atMS, id: String(parts[1]))
  }

  /// The text that a list gives for it.
  var cursor: String { "\(atMS).\(id)" }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
}

extension Paged {
  /// A page from one element more than it may hold, by which it knows whether another follows.
  init(_ found: [Element], _ page: Page, _ place: (Element) -> PagePlace) {
    let data = Array(found.prefix(page.limit))
    self.init(data: data, next: found.count > page.limit ? data.last.map { place($0).cursor } : nil)
  }
}
