import ArgumentParser
import Foundation
import Primitives

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "See it work: the real server, a toy network, a virtual machine, a pay page.",
    discussion: """
      The server is the one that `serve` runs; nothing in it has value.

      nano: the toy network signs real blocks with throw-away keys and speaks a real node's interfaces. Ended and \
      started again, the relay finishes its remaining time.
      lightning: the toy node makes real invoices behind Core Lightning's socket; what is sold is the horn of a toy car \
      behind Tesla's signing proxy, for 21 sat, to any wallet's Lightning Address or LNURL.

      Examples:
        coinslot demo
        coinslot demo --network lightning
        coinslot demo --port 9000
        coinslot demo --once --json | jq .hops
      """
  )

  /// What there are demos of.
  enum Network: String, CaseIterable, ExpressibleByArgument { case nano, lightning }

  @Option(help: "Which network to pay over: nano or lightning.")
  var network = Network.nano

  @Flag(help: "Make one payment without a browser, print what happened, and end.")
  var once = false

  @Flag(name: .customLong("json"), help: "With --once: print one JSON object.")
  var wantsJSON = false

  @Option(help: ArgumentHelp("The port of the pay page; 0 for any free one.", valueName: "port"))
  var port: Int?

  @Option(help: ArgumentHelp("Where ledger and toys are kept; a temporary folder with --once.", valueName: "folder"))
  var data: String?

  func validate() throws {
    if wantsJSON && !once { throw ValidationError("--json goes with --once") }
    if let port, !(0...65_535).contains(port) { throw ValidationError("a port is a number from 0 to 65535") }
  }

  func run() async throws {
    guard once else {
      let folder = data ?? usualFolder, port = port ?? 8402
      switch network {
      case .nano: try await Demo(folder: folder, port: port).stay()
      case .lightning: try await LightningDemo(folder: folder, port: port, isKept: true).stay()
      }
      return
    }
    let folder =
      data ?? FileManager.default.temporaryDirectory.appending(path: "coinslot-demo-\(UUID().uuidString)").path()
    defer { if data == nil { try? FileManager.default.removeItem(atPath: folder) } }
    switch network {
    case .nano:
      let report = try await Demo(folder: folder, port: port ?? 0).once()
      Standard.line(report.text(style: wantsJSON ? .compact : .pretty))
    case .lightning:
      let report = try await LightningDemo(folder: folder, port: port ?? 0, isKept: data != nil).once()
      Standard.line(wantsJSON ? report.json.text(style: .compact) : report.text)
    }
  }

  /// Where a demo is kept between two runs.
  private var usualFolder: String {
    let environment = ProcessInfo.processInfo.environment
    let state = environment["XDG_STATE_HOME"] ?? "\(environment["HOME"] ?? ".")/.local/state"
    return "\(state)/coinslot-demo\(network == .nano ? "" : "-\(network.rawValue)")"
  }
}
