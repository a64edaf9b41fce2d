import Foundation
package import Logging
import Primitives
import Synchronization

/// Logs as one JSON object a line on standard output: `ts`, `level`, `msg`, then the facts.
///
/// Facts keep their names with underscores for dots (`payment.id` → `payment_id`). Under journald each line begins with
/// its priority.
package struct JSONLines: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  package var logLevel: Logger.Level

  private let label: String
  private let sink: Sink

  /// A handler for a logger of this name.
  package init(label: String, level: Logger.Level, sink: Sink = .standardOutput) {
    self.label = label
    logLevel = level
    self.sink = sink
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var facts = metadata
    if let provided = metadataProvider?.get() { facts.merge(provided) { $1 } }
    if let given = event.metadata { facts.merge(given) { $1 } }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ts", Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true)))
    writer.member("level", event.level.rawValue)
    writer.member("msg", "\(event.message)")
    writer.member("from", label)
    for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
      writer.member(key.replacingOccurrences(of: ".", with: "_"), "\(value)")
    }
    writer.endObject()
    sink.write(prefix: sink.isJournal ? "<\(Self.priority(event.level))>" : "", writer.bytes)
  }

  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}

extension JSONLines {
  /// Where lines go; lines of several threads never mix.
  package final class Sink: Sendable {
    /// Standard output.
    package static let standardOutput = Sink(FileHandle.standardOutput)
    /// Standard error, for commands whose standard output is a result.
    package static let standardError = Sink(FileHandle.standardError)

    let isJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
    private let handle: Mutex<FileHandle>

    private init(_ handle: FileHandle) { self.handle = Mutex(handle) }

    func write(prefix: String, _ bytes: [UInt8]) {
      var line = Data(prefix.utf8)
      line.append(contentsOf: bytes)
      line.append(0x0a)
      // A log that cannot be written must not stop the server.
      handle.withLock { try? $0.write(contentsOf: line) }
    }
  }
}
