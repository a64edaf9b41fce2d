import ArgumentParser
import Foundation
import Logging
import Primitives
import Simulators

struct SimNano: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nano",
    abstract: "A toy Nano network behind a real node's RPC, WebSocket and callback.",
    discussion: """
      It signs real blocks with throw-away keys and forgets everything at its end. Point a server at it with `chain: sim`. \
      It prints one JSON object with its addresses and accounts, then runs until it is stopped. Payments and faults are \
      made at its control address, on this machine only.

      Faults: late_ms, rpc_late_ms, reorder_ms (milliseconds); drop_callbacks, drop_messages, duplicate (of a hundred); \
      silent, refuse, websocket_dead, never_confirm, out_of_sync, wrong_genesis, hide_receivable, half_replies, garbage \
      (true or false); wrong_amount, wrong_signature, wrong_hash (true, false, or some of callback, websocket, rpc).

      Examples:
        coinslot sim nano
        coinslot sim nano --callback http://127.0.0.1:7090/callback/ --fault drop_callbacks=30 --fault duplicate=10
        coinslot sim nano --preload blocks.json
        curl -d '{"to":"nano_1…","amount":"0.1 XNO"}' http://127.0.0.1:7079/control/pay
        curl -d '{"silent":true}' http://127.0.0.1:7079/control/faults
      """
  )

  @Option(help: "Where RPC and WebSocket listen.")
  var host = "127.0.0.1"

  @Option(help: "The port of RPC; 0 for any free one.")
  var rpcPort = 7076

  @Option(help: "The port of the WebSocket; 0 for any free one.")
  var websocketPort = 7078

  @Option(help: "The port of the control address; 0 for any free one.")
  var controlPort = 7079

  @Option(help: ArgumentHelp("Where every confirmed block is posted.", valueName: "url"))
  var callback: String?

  @Option(help: "Which release of the node to be, 15 to 28.2.")
  var release = NodeRelease.newest.name

  @Option(help: ArgumentHelp("Real blocks to serve as if always known, JSON.", valueName: "file"))
  var preload: String?

  @Option(help: "Whence keys come: the same text, the same accounts.")
  var seed = "coinslot"

  @Option(help: "How many throw-away accounts have money, up to 1000.")
  var accounts = 8

  @Option(help: "How many of them begin with the retired block types.")
  var legacyAccounts = 0

  @Option(help: ArgumentHelp("The least work a block must prove, 16 hex digits; 0 asks for none.", valueName: "hex"))
  var work = "0"

  @Option(help: "How long a vote takes, milliseconds.")
  var confirmMs = 200

  @Option(
    help: ArgumentHelp(
      "Something wrong from the start, such as silent=true; may be repeated.",
      valueName: "fault=value"
    )
  )
  var fault: [String] = []

  func validate() throws {
    for port in [rpcPort, websocketPort, controlPort] {
      guard (0...65_535).contains(port) else { throw ValidationError("A port is a number from 0 to 65535.") }
    }
    guard (1...1_000).contains(accounts) else { throw ValidationError("--accounts: from 1 to 1000.") }
    guard (0...accounts).contains(legacyAccounts) else {
      throw ValidationError("--legacy-accounts: at most --accounts.")
    }
    guard (0...600_000).contains(confirmMs) else { throw ValidationError("--confirm-ms: from 0 to 600000.") }
    guard NodeRelease(release) != nil else { throw ValidationError("--release: 15 to 28, or such as 28.2.") }
    guard work.utf8.count <= 16, UInt64(work, radix: 16) != nil else {
      throw ValidationError("--work: up to 16 hex digits.")
    }
  }

  func run() async throws {
    let options = try options
    let simulator: NanoSimulator
    do {
      simulator = try await NanoSimulator.start(
        options,
        logger: Logger(label: "coinslot.sim.nano") { _ in SwiftLogNoOpLogHandler() }
      )
    } catch {
      throw Failure(
        .failed,
        "the toy network did not start: \(error)",
        hint: "is a port taken? --rpc-port 0 --websocket-port 0 --control-port 0 take free ones"
      )
    }
    let addresses = simulator.accounts.map { JSONValue.string($0.address) }
    Standard.json([
      "rpc": .string(simulator.rpcURL), "websocket": simulator.webSocketURL.map { .string($0) } ?? .null,
      "control": simulator.controlURL.map { .string($0) } ?? .null,
      "genesis": .string(simulator.genesis.hex(uppercase: true)),
      "accounts": .array(addresses),
    ])
    // Nothing is kept, so there is nothing to end in order: it runs until it is killed.
    while true { try await Task.sleep(for: .seconds(3_600)) }
  }

  private var options: NanoSimulatorOptions {
    get throws {
      var options = NanoSimulatorOptions()
      options.host = host
      (options.rpcPort, options.webSocketPort, options.controlPort) = (rpcPort, websocketPort, controlPort)
      options.callbackURL = callback
      options.release = NodeRelease(release) ?? .newest
      options.confirmMS = confirmMs
      options.ledger.seed = ToyKey.seed(seed)
      options.ledger.accounts = accounts
      options.ledger.legacyAccounts = legacyAccounts
      options.ledger.workThreshold = UInt64(work, radix: 16) ?? 0
      options.preload = try preloaded
      do throws(FaultRefusal) { try options.faults.apply(try SimFaults.json(fault)) } catch {
        throw SimFaults.failure(error, command: "nano")
      }
      return options
    }
  }

  private var preloaded: [PreloadedBlock] {
    get throws {
      guard let preload else { return [] }
      guard let data = FileManager.default.contents(atPath: preload) else {
        throw Failure(.usage, "\(preload) cannot be read")
      }
      do { return try PreloadedBlock.read(Array(data)) } catch {
        throw Failure(.usage, "\(preload) holds no blocks: \(error)")
      }
    }
  }
}
