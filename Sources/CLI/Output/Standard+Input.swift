import Foundation

extension Standard {
  /// The lines of standard input as they come; ends with it.
  ///
  /// Reading blocks, so it has a thread of its own; that thread ends with the program or its input.
  static var inputLines: AsyncStream<String> {
    AsyncStream(bufferingPolicy: .bufferingNewest(16)) { lines in
      Thread.detachNewThread {
        while let line = readLine() { lines.yield(line) }
        lines.finish()
      }
    }
  }
}
