import Foundation

/// Small files for their owner's eyes only, written so that a power cut leaves the old or the new text.
enum OwnersFile {
  /// Bytes of a file that are read.
  static let mostBytes = 65_536

  /// Why a file is of no use; never its text.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The text without surrounding white space; nil where there is no file.
  ///
  /// - Throws: `Failure` where it cannot be read, is larger than 64 KiB, or others may read it.
  static func read(_ path: String) throws -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw Failure(description: "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & 0o077 == 0 else {
      throw Failure(description: "\(path) can be read by others; run: chmod 600 \(path)")
    }
    guard let data = try? handle.read(upToCount: mostBytes + 1), data.count <= mostBytes else {
      if facts.st_size == 0 { return "" }
      throw Failure(description: "cannot read \(path): unreadable, or larger than 64 KiB")
    }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Writes the text, durably: file, name and folder are synced before this returns.
  ///
  /// - Throws: `Failure`; the old text is then still there.
  static func write(_ text: String, to path: String) throws {
    let part = path + ".part"
    do {
      unlink(part)
      let file = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw Failure(description: "") }
      let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
      try handle.write(contentsOf: Data((text + "\n").utf8))
      try handle.synchronize()
      try handle.close()
      guard rename(part, path) == 0 else { throw Failure(description: "") }
      let name = (path as NSString).deletingLastPathComponent
      let folder = open(name.isEmpty ? "." : name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard folder >= 0 else { throw Failure(description: "") }
      defer { close(folder) }
      guard fsync(folder) == 0 else { throw Failure(description: "") }
    } catch {
      let why = String(cString: strerror(errno))
      unlink(part)
      throw Failure(description: "cannot write \(path): \(why)")
    }
  }
}
