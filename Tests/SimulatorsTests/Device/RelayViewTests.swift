import Testing

@testable import Simulators

@Suite struct RelayViewTests {
  private let on = VirtualDevice.Output(number: 0, command: 4, says: "running", leftMS: 61_001)
  private let off = VirtualDevice.Output(number: 1, command: 9, says: "done", leftMS: 0)
  private let paused = VirtualDevice.Output(number: 2, command: 1, says: "paused", leftMS: 3_600_000)

  @Test func plainText() {
    #expect(
      RelayView(isTerminal: false).lines("charger-1", isConnected: true, outputs: [on, off, paused]) == [
        "charger-1: connected", "  output 0  ON   running  1:02 left", "  output 1  off  done",
        "  output 2  off  paused  1:00:00 left",
      ]
    )
  }

  @Test func onATerminalTheRelayIsDrawn() {
    let lines = RelayView(isTerminal: true).lines("charger-1", isConnected: false, outputs: [on, off])
    #expect(lines[0] == "charger-1: not connected")
    #expect(lines[1].contains("●━━●") && lines[1].contains("\u{1B}[0m"))
    #expect(lines[2].contains("●╱ ●") && !lines[2].contains("\u{1B}"))
  }

  @Test(
    arguments: [
      (0, "0:00"), (1, "0:01"), (1_000, "0:01"), (1_001, "0:02"), (59_999, "1:00"), (3_599_001, "1:00:00"),
      (3_661_000, "1:01:01"),
    ] as [(UInt64, String)]
  )
  func clocks(_ ms: UInt64, _ text: String) { #expect(RelayView.clock(ms) == text) }

  @Test func countsDownAndStopsAtZero() {
    #expect(on.after(1_001).leftMS == 60_000)
    #expect(on.after(99_999_999).leftMS == 0)
    #expect(on.after(-5).leftMS == on.leftMS)
  }
}
