import Foundation

/// Files that hold a secret: written so that only their owner can read them, refused where others can.
enum SecretFile {
  /// Why a secret file is of no use.
  enum Failure: Error, CustomStringConvertible {
    case unreadable(String, why: String)
    case readableByOthers(String)
    case notWritable(String, why: String)

    var description: String {
      switch self {
      case .unreadable(let path, let why): "cannot read \(path): \(why)"
      case .readableByOthers(let path): "\(path) can be read by others; run: chmod 600 \(path)"
      case .notWritable(let path, let why): "cannot write \(path): \(why)"
      }
    }
  }

  /// The text of a secret file without surrounding white space; nil where there is no such file.
  ///
  /// - Throws: `Failure` where it cannot be read, is larger than 64 KiB, or others may read it.
  static func read(_ path: String) throws -> String? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
      guard mode & 0o077 == 0 else { throw Failure.readableByOthers(path) }
      guard ((attributes[.size] as? NSNumber)?.intValue ?? 0) <= 65_536 else {
        throw Failure.unreadable(path, why: "larger than 64 KiB")
      }
      return try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure.unreadable(path, why: error.localizedDescription)
    }
  }

  /// Writes a new secret file, mode 0600, synced; the name appears only once all of it is there.
  ///
  /// - Throws: `Failure.notWritable`; no file is left then.
  static func write(_ text: String, to path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let part = path + ".part"
    do {
      try FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
      try? FileManager.default.removeItem(atPath: part)
      guard FileManager.default.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600]) else {
        throw Failure.notWritable(path, why: String(cString: strerror(errno)))
      }
      let handle = try FileHandle(forWritingTo: URL(filePath: part))
      try handle.write(contentsOf: Data((text + "\n").utf8))
      try handle.synchronize()
      try handle.close()
      guard rename(part, path) == 0 else { throw Failure.notWritable(path, why: String(cString: strerror(errno))) }
    } catch let failure as Failure {
      try? FileManager.default.removeItem(atPath: part)
      throw failure
    } catch {
      try? FileManager.default.removeItem(atPath: part)
      throw Failure.notWritable(path, why: error.localizedDescription)
    }
  }
}
