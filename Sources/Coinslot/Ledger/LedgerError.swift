/// Why the ledger did not do as asked; thrown beside the errors of its storage.
public enum LedgerError: Error, Hashable, Sendable {
  /// The data folder or file cannot be written; says which and why.
  case notWritable(String)
  /// The ledger was written by a newer version of Coinslot; `restore` is the command that goes back to the copy made
  /// before that upgrade, nil where there is no such copy.
  case tooNew(found: Int, known: Int, restore: String?)
  /// Another server uses this ledger.
  case inUse(String)
  /// The storage does not keep commits as promised; says what was read back.
  case notDurable(String)
  /// The ledger is not the one that its folder last worked with, or a restore was interrupted; a sentence that names
  /// `coinslot restore`.
  case foreign(String)
  /// A page cursor that this ledger never gave.
  case badCursor
}
