import Logging
import Synchronization

/// Keeps all that is logged, at every level.
struct LineLog: LogHandler {
  private final class Lines: Sendable {
    let all = Mutex<[(level: Logger.Level, text: String)]>([])
  }
  private let kept = Lines()

  var logLevel: Logger.Level {
    get { .trace }
    set { _ = newValue }
  }
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Every line.
  var texts: [String] { kept.all.withLock { $0.map(\.text) } }
  /// Those that somebody should read.
  var warnings: [String] { kept.all.withLock { $0.filter { $0.level >= .warning }.map(\.text) } }

  func log(event: LogEvent) {
    let text = "\(event.message) \(event.metadata ?? [:])"
    kept.all.withLock { $0.append((event.level, text)) }
  }
}
