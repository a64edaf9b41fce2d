import Synchronization

/// Says on standard error what a person waits for, once it has taken a second.
final class Progress: Sendable {
  private let words: Mutex<String>

  private init(_ words: String) { self.words = Mutex(words) }

  /// Changes what is said.
  func say(_ text: String) { words.withLock { $0 = text } }

  /// Runs `work`; on a terminal its progress is shown from the first second on.
  static func during<Result: Sendable>(
    _ words: String,
    _ work: (Progress) async throws -> Result
  ) async rethrows -> Result {
    let progress = Progress(words)
    // Unstructured, since it must end with the work and never hold it up; cancelled below in every case.
    let ticker = Task {
      for second in 1... {
        try await Task.sleep(for: .seconds(1))
        let text = progress.words.withLock { $0 }
        if Standard.isErrorTerminal {
          let back = second == 1 ? "" : "\u{1B}[1A\u{1B}[2K"
          Standard.error("\(back)\(text) … \(second) s")
        } else if second == 1 || second % 30 == 0 {
          Standard.error("\(text) … \(second) s")
        }
      }
    }
    defer { ticker.cancel() }
    return try await work(progress)
  }
}
