import ArgumentParser
import Foundation
import Logging
import Primitives
import Simulators

struct SimLightning: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lightning",
    abstract: "A toy Lightning node behind Core Lightning's socket and LND's REST.",
    discussion: """
      Both doors show the same books. It signs real invoices with a key of its own; nobody can pay them but its control \
      address, on this machine only. It prints one JSON object with its addresses, then runs until it is stopped. With \
      --folder it keeps its books and goes on where it was; without, it forgets everything at its end.

      Faults: late_ms (milliseconds), split_bytes, overpay_percent (numbers); silent, refuse, half_replies, garbage, \
      out_of_order, msat_texts, unknown_fields, cut_stream, error_line, missing_settled, zero_settle_index (true or \
      false).

      Examples:
        coinslot sim lightning
        coinslot sim lightning --folder toy-node --fault split_bytes=1
        curl -d '{"invoice":"lnbcrt…"}' http://127.0.0.1:9737/control/pay
        curl -d '{"offer":"lno1…","msat":21000,"note":"honk"}' http://127.0.0.1:9737/control/pay_offer
        curl -d '{"msat":5000}' http://127.0.0.1:9737/control/keysend
        curl -d '{"name":"monday"}' http://127.0.0.1:9737/control/snapshot   # and /control/rollback
        curl -d '{"catch_up":5000}' http://127.0.0.1:9737/control/restart
      Others: /control/foreign, delete, forward, mine, drop, certificate, invoices, offers, faults.
      """
  )

  @Option(help: ArgumentHelp("Where it keeps its socket, keys and books.", valueName: "folder"))
  var folder: String?

  @Option(help: "bitcoin, testnet, testnet4, signet or regtest.")
  var network = "regtest"

  @Option(help: "Where LND's REST listens.")
  var host = "127.0.0.1"

  @Option(help: "The port of LND's REST; 0 for any free one.")
  var lndPort = 8080

  @Flag(help: "No LND's REST, and so no need of the openssl program.")
  var withoutLnd = false

  @Option(help: "The port of the control address; 0 for any free one.")
  var controlPort = 9737

  @Option(help: "Whence keys come: the same number, the same node.")
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Something wrong from the start, such as silent=true; may be repeated.",
      valueName: "fault=value"
    )
  )
  var fault: [String] = []

  func validate() throws {
    for port in [lndPort, controlPort] {
      guard (0...65_535).contains(port) else { throw ValidationError("A port is a number from 0 to 65535.") }
    }
  }

  func run() async throws {
    var options = LightningSimulatorOptions()
    options.folder = folder.map { URL(filePath: $0).path }
    options.network = network
    options.host = host
    options.lndPort = withoutLnd ? nil : lndPort
    options.controlPort = controlPort
    options.seed = seed
    do throws(FaultRefusal) { try options.faults.apply(try SimFaults.json(fault)) } catch {
      throw SimFaults.failure(error, command: "lightning")
    }
    let end = EndSignal()
    let simulator: LightningSimulator
    do {
      simulator = try await LightningSimulator.start(
        options,
        logger: Logger(label: "coinslot.sim.lightning") { _ in SwiftLogNoOpLogHandler() }
      )
    } catch LightningSimulatorError.badNetwork(let name) {
      throw Failure(.usage, "--network: \(LightningSimulatorError.badNetwork(name))")
    } catch {
      throw Failure(
        .failed,
        "the toy node did not start: \(error)",
        hint: "is a port taken? --lnd-port 0 --control-port 0 take free ones"
      )
    }
    Standard.json([
      "node": .string(simulator.nodeID), "network": .string(network), "socket": .string(simulator.socketPath),
      "lnd": simulator.lndURL.map { .string($0) } ?? .null,
      "certificate": simulator.certificateFile.map { .string($0) } ?? .null,
      "macaroon": .string(simulator.macaroonFile), "control": simulator.controlURL.map { .string($0) } ?? .null,
    ])
    await end.wait()
    // A folder that nobody named goes with it.
    await simulator.stop()
  }
}
