import NIOHTTP1
import Primitives
import Synchronization

/// All invoices of a node, page by page in the order of making: the only way to those settled before the first cursor.
///
/// Rows that will never change any more, and all before them, are passed over the next time, as long as the row at
/// their end is still the same.
///
/// ## On failure
/// Nothing is kept here; after a start the first pass begins at the first row.
final class LNDPages: Sendable {
  static let rowsAPage = 100
  static let maxPages = 20_000

  /// The last row before which nothing changes.
  private struct Floor {
    var addIndex: UInt64 = 0
    var hash: Bytes32?
    /// The greatest place in the order of settling up to here.
    var newest: UInt64 = 0
  }
  private let floor = Mutex(Floor())
  private let door: LNDDoor

  init(_ door: LNDDoor) { self.door = door }

  /// What one pass found.
  struct Pass: Sendable {
    /// The settled ones after the cursor in the order of settling, the first `most`.
    var settled: [LNDInvoice] = []
    /// The greatest place in the order of settling; 0 where nothing was settled.
    var newest: UInt64 = 0
  }

  /// Passes over the rows.
  ///
  /// Settled rows without a place in the order are not among what it gives.
  func settled(after cursor: UInt64, most: Int) async throws(NodeFailure) -> Pass {
    var low = floor.withLock { $0 }
    if cursor < low.newest { low = Floor() }
    var pass = Pass(newest: low.newest)
    // The row at the floor is asked for again, to see that it is still there.
    var at = low.addIndex == 0 ? 0 : low.addIndex - 1
    var isFinalSoFar = true
    for page in 0..<Self.maxPages {
      let rows = try await rows(after: at)
      if page == 0, let hash = low.hash, rows.first?.hash != hash {
        low = Floor()
        pass = Pass()
        floor.withLock { $0 = low }
        if at > 0 {
          at = 0
          continue
        }
      }
      guard let last = rows.last else {
        keep(low)
        return pass
      }
      for row in rows {
        if row.state == .settled {
          pass.newest = max(pass.newest, row.settleIndex)
          if row.settleIndex > cursor { pass.settled.append(row) }
        }
        isFinalSoFar = isFinalSoFar && (row.state == .settled || row.state == .canceled)
        guard isFinalSoFar else { continue }
        low = Floor(addIndex: row.addIndex, hash: row.hash, newest: pass.newest)
      }
      pass.shorten(to: most)
      guard last.addIndex > at else { throw .garbled("LND gives the same page of invoices again") }
      at = last.addIndex
    }
    throw .unsupported("LND holds more than \(Self.maxPages * Self.rowsAPage) invoices, which is more than we read")
  }

  private func rows(after addIndex: UInt64) async throws(NodeFailure) -> [LNDInvoice] {
    let path = LNDPath.page(after: addIndex, most: Self.rowsAPage)
    do throws(LNDDoor.Trouble) {
      return try await door.ask(.GET, path) { bytes throws(LNDRefusal) in try LNDPage(decoding: bytes).invoices }
    } catch {
      // An empty node says so in these words.
      if case .unknownInvoice = error { return [] }
      throw error.failure
    }
  }

  private func keep(_ low: Floor) {
    floor.withLock { if low.addIndex > $0.addIndex { $0 = low } }
  }
}

extension LNDPages.Pass {
  fileprivate mutating func shorten(to most: Int) {
    settled.sort { $0.settleIndex < $1.settleIndex }
    if settled.count > most { settled.removeLast(settled.count - most) }
  }
}
