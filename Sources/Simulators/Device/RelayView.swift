/// A virtual device's outputs as lines of text, with a countdown.
///
/// Pure.
public struct RelayView: Sendable {
  /// Whether colours and shapes of a terminal may be used.
  public let isTerminal: Bool

  /// A view for a terminal, or for plain text.
  public init(isTerminal: Bool) { self.isTerminal = isTerminal }

  /// A line for the link, and one for each output: whether its relay is closed, how it is, and what is left.
  public func lines(_ device: String, isConnected: Bool, outputs: [VirtualDevice.Output]) -> [String] {
    ["\(device): \(isConnected ? "connected" : "not connected")"] + outputs.map(line)
  }

  private func line(_ output: VirtualDevice.Output) -> String {
    let isOn = output.says == "running"
    let plain = isOn ? "ON " : "off"
    let drawn = isOn ? "\u{1B}[1;32m●━━●\u{1B}[0m" : "●╱ ●"
    let left = isOn || output.says == "paused" ? "  \(Self.clock(output.leftMS)) left" : ""
    return "  output \(output.number)  \(isTerminal ? drawn : plain)  \(output.says)\(left)"
  }

  /// A time as a countdown shows it, `9:59` or `1:00:00`.
  ///
  /// A begun second counts, so it shows 0:00 only when it is over.
  public static func clock(_ ms: UInt64) -> String {
    let seconds = ms / 1_000 + (ms % 1_000 == 0 ? 0 : 1)
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60)
    let two = { (n: UInt64) in n < 10 ? "0\(n)" : "\(n)" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }
}
