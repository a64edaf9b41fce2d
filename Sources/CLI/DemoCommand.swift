import ArgumentParser
import Foundation
import Primitives

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "See it work: the real server, a toy Nano network, a virtual relay, a pay page.",
    discussion: """
      The toy network signs real blocks with throw-away keys and speaks a real node's interfaces; the server is the one \
      that `serve` runs. Nothing in it has value. Ended and started again, the relay finishes its remaining time.

      Examples:
        coinslot demo
        coinslot demo --port 9000
        coinslot demo --once --json | jq .hops
      """
  )

  @Flag(help: "Make one payment without a browser, print what happened, and end.")
  var once = false

  @Flag(name: .customLong("json"), help: "With --once: print one JSON object.")
  var wantsJSON = false

  @Option(help: ArgumentHelp("The port of the pay page; 0 for any free one.", valueName: "port"))
  var port: Int?

  @Option(help: ArgumentHelp("Where ledger and relay are kept; a temporary folder with --once.", valueName: "folder"))
  var data: String?

  func validate() throws {
    if wantsJSON && !once { throw ValidationError("--json goes with --once") }
    if let port, !(0...65_535).contains(port) { throw ValidationError("a port is a number from 0 to 65535") }
  }

  func run() async throws {
    if once {
      let folder =
        data ?? FileManager.default.temporaryDirectory.appending(path: "coinslot-demo-\(UUID().uuidString)").path()
      defer { if data == nil { try? FileManager.default.removeItem(atPath: folder) } }
      let report = try await Demo(folder: folder, port: port ?? 0).once()
      Standard.line(report.text(style: wantsJSON ? .compact : .pretty))
    } else {
      try await Demo(folder: data ?? Self.usualFolder, port: port ?? 8402).stay()
    }
  }

  /// Where a demo is kept between two runs.
  private static var usualFolder: String {
    let environment = ProcessInfo.processInfo.environment
    let state = environment["XDG_STATE_HOME"] ?? "\(environment["HOME"] ?? ".")/.local/state"
    return "\(state)/coinslot-demo"
  }
}
