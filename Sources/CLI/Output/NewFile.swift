import Foundation

/// A file that appears under its name only when all of it is on disk, and never over another.
///
/// ## On failure
/// Until `finish()` the bytes lie in `<name>.part`; whatever goes wrong, that file is removed and no other was touched.
final class NewFile {
  private let path: String
  private let handle: FileHandle
  private var isDone = false

  private var part: String { path + ".part" }

  /// Begins a file.
  ///
  /// - Throws: `Failure.conflict` where the name is taken, `.failed` where it cannot be written.
  init(_ path: String, mode: Int) throws {
    self.path = path
    if FileManager.default.fileExists(atPath: path) {
      throw Failure(.conflict, "\(path) exists and is not overwritten", hint: "move it away, or name another file")
    }
    let descriptor = Foundation.open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else {
      throw Failure(.failed, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    // A leftover of an earlier attempt keeps the mode it had.
    fchmod(descriptor, mode_t(mode))
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  deinit { if !isDone { unlink(part) } }

  /// Appends bytes.
  ///
  /// - Throws: `Failure.failed`, such as on a full disk.
  func write(_ bytes: some Sequence<UInt8>) throws {
    do { try handle.write(contentsOf: Data(bytes)) } catch {
      throw Failure(.failed, "\(path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Puts all of it on disk and gives the file its name.
  ///
  /// - Throws: `Failure.conflict` where the name was taken meanwhile, `.failed` for everything else.
  func finish() throws {
    guard fsync(handle.fileDescriptor) == 0 else {
      throw Failure(.failed, "\(path) cannot be synced: \(String(cString: strerror(errno)))")
    }
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Failure(.conflict, "\(path) appeared meanwhile and is not overwritten")
    }
    guard rename(part, path) == 0 else {
      throw Failure(.failed, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    isDone = true
    syncFolder()
  }

  /// The name itself must survive a power cut too.
  private func syncFolder() {
    // By hand: Foundation stops the program on a name of one character.
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
