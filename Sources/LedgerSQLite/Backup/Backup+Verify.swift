import Coinslot
import GRDB

extension Backup {
  /// Reads a whole copy and checks it; `known` is the newest version this program knows.
  static func verify(_ path: String, known: Int) throws -> BackupReport {
    let bytes = try Files.size(path) ?? { throw LedgerError.notWritable("\(path) is not there") }()
    do {
      let copy = try open(path)
      defer { try? copy.close() }
      return try copy.read { db in
        let owner = try Int.fetchOne(db, sql: "PRAGMA application_id")
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard owner == Migration.owner, version > 0 else { throw BackupDamaged(trouble: ["\(path) is no ledger"]) }
        guard version <= known else { throw LedgerError.tooNew(found: version, known: known, restore: nil) }
        let trouble = try findTrouble(in: db)
        guard trouble.isEmpty else { throw BackupDamaged(trouble: trouble) }
        return try BackupReport(Tables(db), version: version, bytes: bytes)
      }
    } catch let error as DatabaseError {
      throw BackupDamaged(trouble: ["\(path): \(error.message ?? "it cannot be read")"])
    } catch let error as BadRow {
      throw BackupDamaged(trouble: ["\(path): a row holds no \(error.wanted)"])
    }
  }

  /// Opens a file so that nothing is written, neither to it nor beside it.
  private static func open(_ path: String) throws -> DatabaseQueue {
    let header = try Files.beginning(path, 100) ?? []
    guard header.count == 100, header.starts(with: "SQLite format 3".utf8) else {
      throw BackupDamaged(trouble: ["\(path) is no ledger"])
    }
    for companion in ["-wal", "-journal"] where (Files.size(path + companion) ?? 0) > 0 {
      throw BackupDamaged(
        trouble: ["\(path) is in use, or was not closed: what is new stands in \(path)\(companion)"]
      )
    }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.label = "coinslot.backup"
    // A file in WAL mode can be read without files beside it only where it is declared to change no more.
    let isWAL = header[18] == 2 || header[19] == 2
    return try DatabaseQueue(path: isWAL ? "file:\(escaped(path))?immutable=1" : path, configuration: configuration)
  }

  private static func escaped(_ path: String) -> String {
    path.utf8.reduce(into: "") { text, byte in
      switch byte {
      case 0x25, 0x3f, 0x23: text += "%" + (String(byte, radix: 16))
      case 0x21...0x7e: text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
  }
}

extension BackupReport {
  fileprivate init(_ tables: Tables, version: Int, bytes: Int64) throws {
    let identity = version > 1 ? try tables.identity() : nil
    func count(_ table: String) throws -> Int {
      try tables.first("SELECT count(*) FROM \(table)") { try $0.int() } ?? 0
    }
    let payments = try tables.all("SELECT standing, count(*) FROM payment GROUP BY standing") {
      (try $0.word(Standing.self), try $0.int())
    }
    self.init(
      version: version,
      ledger: identity?.ledger,
      incarnation: identity?.incarnation ?? 0,
      restoredAtMS: identity?.restoredAtMS,
      newestMomentMS: try tables.newestMoment(),
      bytes: bytes,
      payments: Dictionary(payments, uniquingKeysWith: +),
      sales: try count("sale"),
      dispatches: try count("dispatch"),
      openDispatches: try count("dispatch WHERE state <> 'settled'"),
      quotes: try count("quote"),
      devices: try count("device"),
      events: try count("event")
    )
  }
}
