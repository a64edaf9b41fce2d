public import Coinslot
import Primitives

/// Drives in a file of their own, mode 0600.
public actor TeslaDriveFile: TeslaDriveStore {
  /// Drives that are kept at once.
  static let most = 100

  private let path: String

  /// The file; it is made with the first drive.
  public init(_ path: String) { self.path = path }

  /// All drives that have not ended.
  ///
  /// - Throws: Where the file cannot be read or understood: then no new drive may begin.
  public func drives() async throws -> [TeslaDrive] { try read() }

  /// Keeps a drive, synced before it returns.
  ///
  /// - Throws: Where the file cannot be written, or holds `most` already.
  public func keep(_ drive: TeslaDrive) async throws {
    let others = try read().filter { $0.deed != drive.deed }
    guard others.count < Self.most else { throw OwnersFile.Failure(description: "\(path) is full") }
    try write(others + [drive])
  }

  /// Forgets a drive.
  ///
  /// - Throws: Where the file cannot be written.
  public func remove(_ deed: DispatchID) async throws {
    let all = try read()
    if all.contains(where: { $0.deed == deed }) { try write(all.filter { $0.deed != deed }) }
  }

  private func read() throws -> [TeslaDrive] {
    guard let text = try OwnersFile.read(path) else { return [] }
    guard let rows = (try? JSONValue(parsing: text))?.array else {
      throw OwnersFile.Failure(description: "\(path) holds no drives")
    }
    return try rows.map { row in
      guard let drive = TeslaDrive(row) else { throw OwnersFile.Failure(description: "\(path) holds no drives") }
      return drive
    }
  }

  private func write(_ drives: [TeslaDrive]) throws {
    try OwnersFile.write(JSONValue.array(drives.map(\.json)).text(), to: path)
  }
}
