import ArgumentParser
import Coinslot
import Foundation
import Server

struct ListenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "listen",
    abstract: "Print payments to some accounts as they come.",
    discussion: """
      Three strengths of proof. Plain: what our server has recorded, which its node confirmed when asked. With --node: \
      what that node tells and, asked by --rpc, confirms; verified here. With --fast: as soon as hash and signature \
      hold, before anybody was asked whether it is final; from /call of our server, or from --node.

      A lost connection is made again, and what was recorded meanwhile is printed then. On a terminal a line each, in a \
      pipe a JSON object each.

      Examples:
        coinslot listen nano_1…
        coinslot listen nano_1… nano_3… --json | while read -r payment; do echo "$payment"; done
        coinslot listen nano_1… --node 'ws://[::1]:7078' --rpc 'http://[::1]:7076'
        coinslot listen nano_1… --fast --call ws://127.0.0.1:7090/call
        coinslot listen nano_1… --count 1 && mpg123 thanks.mp3
      """
  )

  @Argument(help: "The accounts.")
  var accounts: [String]

  @Flag(help: "Print as soon as hash and signature hold; no proof that it is final.")
  var fast = false

  @Option(help: ArgumentHelp("Listen to this node's WebSocket instead of a server.", valueName: "ws://…"))
  var node: String?

  @Option(help: ArgumentHelp("The node's RPC, to have each payment confirmed.", valueName: "http://…"))
  var rpc: String?

  @Option(help: "Which Nano network the node is on: live, beta, test, dev or sim.")
  var chain = "live"

  @Option(help: ArgumentHelp("The server's /call for --fast; the configuration's unless given.", valueName: "ws://…"))
  var call: String?

  @Option(help: ArgumentHelp("The file that holds this client's key for /call.", valueName: "file"))
  var watcherKeyFile: String?

  @Option(help: "End after this many payments.")
  var count: Int?

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1_000).contains(accounts.count) else { throw ValidationError("Name 1 to 1000 accounts.") }
    guard count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count: at least 1.") }
    guard node != nil || rpc == nil else { throw ValidationError("--rpc belongs to --node.") }
    guard node == nil || fast || rpc != nil else {
      throw ValidationError(
        "--node alone is only the node's word: add --rpc to have payments confirmed, or say --fast."
      )
    }
    guard call == nil || fast && node == nil else { throw ValidationError("--call belongs to --fast without --node.") }
  }

  func run() async throws {
    guard let chain = Chain(rawValue: "nano:\(chain)") else {
      throw Failure(.usage, "--chain: \"\(chain)\" is no network")
    }
    let accounts = try self.accounts.map { text in
      do throws(AddressRefusal) { return try NetworkAccounts.account(chain, text) } catch {
        throw Failure(.usage, error.reason)
      }
    }
    let printer = PaymentPrinter(isJSON: output.isJSON, count: count)
    if let node {
      try await NodeListening(node: node, rpc: fast ? nil : rpc, chain: chain, accounts: accounts).run(printer)
    } else if fast {
      let url = try call ?? configuredCall()
      try await CallListening(url: url, key: try watcherKey(), accounts: accounts).run(printer)
    } else {
      try await EventListening(client: try server.client(), accounts: accounts).run(printer)
    }
  }

  /// Where `/call` of the configuration's server is.
  private func configuredCall() throws -> String {
    let loader = ConfigLoader.ofProcess(account: NetworkAccounts.account)
    do throws(ConfigRefusal) {
      let config = try loader.load(file: try loader.find(named: server.config)).config
      if let url = config.nano?.callback?.localCallURL { return url }
    } catch { throw Failure(.usage, error.description, hint: "or name it: --call ws://127.0.0.1:7090/call") }
    throw Failure(
      .usage,
      "the configuration has no callback section, so there is no /call",
      hint: "add networks.nano.callback, or name another server's: --call ws://127.0.0.1:7090/call"
    )
  }

  private func watcherKey() throws -> String {
    guard let watcherKeyFile else { return "0" }
    guard let text = try? String(contentsOfFile: watcherKeyFile, encoding: .utf8) else {
      throw Failure(.notAllowed, "\(watcherKeyFile) cannot be read")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
