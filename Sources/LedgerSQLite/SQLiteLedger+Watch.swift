public import Coinslot

extension SQLiteLedger {
  /// Keeps a start mark, unless the account has one on that genesis; gives the one that counts.
  public func keep(_ mark: StartMark) async throws -> StartMark {
    try await change(at: mark.takenAtMS) { change in
      if let kept = try change.tables.mark(of: mark.account, genesis: mark.genesis) { return kept }
      try change.tables.insert(mark)
      try change.commit()
      return mark
    }
  }

  /// Moves the re-read cursor of an account on that genesis.
  public func keep(_ cursor: Cursor, of account: Account, genesis: String) async throws {
    try await change { tables in
      guard try tables.cursor(of: account, genesis: genesis) != cursor else { return }
      try tables.keep(cursor, of: account, genesis: genesis)
    }
  }

  /// The start mark of an account on that genesis.
  public func mark(of account: Account, genesis: String) async throws -> StartMark? {
    try await read { try $0.mark(of: account, genesis: genesis) }
  }

  /// The re-read cursor of an account on that genesis.
  public func cursor(of account: Account, genesis: String) async throws -> Cursor? {
    try await read { try $0.cursor(of: account, genesis: genesis) }
  }
}
