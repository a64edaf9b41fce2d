import Hummingbird
import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that has no name any more: it is gone when nobody holds it, whatever happens to the answer or the server.
final class TemporaryFile: Sendable {
  private let descriptor: CInt
  private let size: Int

  private init(descriptor: CInt, size: Int) {
    self.descriptor = descriptor
    self.size = size
  }

  deinit { close(descriptor) }

  /// Lets `write` make the file, opens it, and takes its name away.
  ///
  /// - Throws: What `write` throws, and `Problem` where the file cannot be opened; no file is left then.
  static func make(at path: String, _ write: (String) async throws -> Void) async throws -> TemporaryFile {
    do {
      try await write(path)
    } catch {
      unlink(path)
      throw error
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    unlink(path)
    guard descriptor >= 0 else { throw Problem.internalFault }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw Problem.internalFault
    }
    return TemporaryFile(descriptor: descriptor, size: Int(status.st_size))
  }

  /// The content as an answer's body, read piece by piece off the event loops.
  func body(keeping pass: Gate.Pass) -> ResponseBody {
    ResponseBody(contentLength: size) { writer in
      var offset = 0
      while offset < self.size {
        let start = offset
        let piece = try await NIOThreadPool.singleton.runIfActive { try self.read(from: start) }
        offset += piece.readableBytes
        try await writer.write(piece)
      }
      withExtendedLifetime(pass) {}
      try await writer.finish(nil)
    }
  }

  private func read(from offset: Int) throws -> ByteBuffer {
    let wanted = min(262_144, size - offset)
    var buffer = ByteBufferAllocator().buffer(capacity: wanted)
    let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { bytes in
      max(0, pread(self.descriptor, bytes.baseAddress, wanted, off_t(offset)))
    }
    guard count > 0 else { throw Problem.internalFault }
    return buffer
  }
}
