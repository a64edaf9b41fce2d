import Coinslot
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The one server's hold on its data folder, kept by the operating system: it ends with the process, however that ends.
final class FolderLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// Makes the folder where it is not there yet (mode 0700) and locks it.
  ///
  /// - Throws: `LedgerError.notWritable`, or `.inUse` where another process, or this one, holds the lock.
  init(_ folder: String) throws(LedgerError) {
    if mkdir(folder, 0o700) == 0 {
      try Files.sync(folder: Files.parent(of: folder))
    } else if errno != EEXIST {
      throw .notWritable("the data folder \(folder) cannot be made: \(Files.trouble())")
    }
    let path = "\(folder)/lock"
    let descriptor = try Files.openOrMake(path)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isTaken = errno == EWOULDBLOCK
      let trouble = Files.trouble()
      _ = close(descriptor)
      throw isTaken
        ? .inUse("another server works with the data folder \(folder); stop it, or give this one a folder of its own")
        : .notWritable("\(path) cannot be locked: \(trouble)")
    }
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Lets go of the folder.
  func release() {
    descriptor.withLock { descriptor in
      if let open = descriptor { _ = close(open) }
      descriptor = nil
    }
  }
}
