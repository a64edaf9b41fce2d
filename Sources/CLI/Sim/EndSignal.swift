import Foundation

/// Ctrl-C and SIGTERM, caught from the moment this exists, so that something can be put away before the end.
struct EndSignal {
  private let asked: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  init() {
    let (asked, ask) = AsyncStream<Void>.makeStream()
    self.asked = asked
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { ask.yield() }
      source.resume()
      return source
    }
  }

  /// Returns once the program was asked to end.
  func wait() async {
    for await _ in asked { return sources.forEach { $0.cancel() } }
  }
}
