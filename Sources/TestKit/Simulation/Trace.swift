/// What happened in a simulated world: the last lines, all of them where somebody reads, and a sum over all.
///
/// `@unchecked Sendable`: as `World`.
package final class Trace: @unchecked Sendable {
  /// How many lines are kept.
  static let kept = 40

  /// A number that two runs share only if they wrote the same lines at the same times.
  package private(set) var sum: UInt64 = 0xcbf2_9ce4_8422_2325
  /// How many lines were written.
  package private(set) var count = 0

  private var ring: [String] = []
  private let tell: ((String) -> Void)?
  private var startMS: Int64?

  /// A trace; `tell` gets each line at once.
  package init(tell: ((String) -> Void)? = nil) { self.tell = tell }

  /// Whether somebody reads along.
  package var isRead: Bool { tell != nil }

  /// The last lines, oldest first.
  package var lastLines: [String] {
    count <= Trace.kept ? ring : (0..<Trace.kept).map { ring[(count + $0) % Trace.kept] }
  }

  func note(atMS: Int64, _ text: String) {
    let sinceMS = atMS - (startMS ?? atMS)
    if startMS == nil { startMS = atMS }
    for byte in text.utf8 { mix(UInt64(byte)) }
    mix(UInt64(bitPattern: sinceMS))
    let fraction = String(1_000 + sinceMS % 1_000).dropFirst()
    let line = "\(sinceMS / 1_000).\(fraction) \(text)"
    if ring.count < Trace.kept { ring.append(line) } else { ring[count % Trace.kept] = line }
    count += 1
    tell?(line)
  }

  private func mix(_ value: UInt64) { sum = (sum ^ value) &* 0x100_0000_01b3 }
}
