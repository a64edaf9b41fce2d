import ArgumentParser
import Coinslot
import Foundation
import LedgerSQLite
import Logging
import Server
import Sockets

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the server.",
    discussion: """
      Slots, prices and devices are read again at SIGHUP; listeners and networks need a restart. SIGTERM ends it in \
      order, and being killed loses nothing.

      Logs are JSON lines on standard output.

      Examples:
        coinslot serve
        coinslot serve --config /etc/coinslot/coinslot.yaml
        coinslot serve --listen 0.0.0.0:8402 --data /var/lib/coinslot
      """
  )

  @Option(help: ArgumentHelp("The configuration.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("Where people and devices come in; commas separate several.", valueName: "host:port"))
  var listen: String?

  @Option(help: ArgumentHelp("The folder of ledger, keys and token.", valueName: "folder"))
  var data: String?

  @Option(help: ArgumentHelp("The least level that is logged.", valueName: "level"))
  var logLevel: String?

  @Flag(help: "Let a crash write the memory of the server, secrets and all, into a core dump.")
  var coreDumps = false

  func run() async throws {
    if !coreDumps { CoreDumps.forbid() }
    let loader = loader
    let file = try refusing { () throws(ConfigRefusal) in try loader.find(named: config) }
    let loaded = try refusing { () throws(ConfigRefusal) in try loader.load(file: file) }
    let level = Logger.Level(rawValue: loaded.config.log.level.rawValue) ?? .info
    var log = Logger(label: "coinslot") { JSONLines(label: $0, level: level) }
    log.logLevel = level
    for warning in loaded.warnings { log.warning("configuration", metadata: ["warning": "\(warning.words)"]) }
    let isTerminal = Standard.isErrorTerminal
    do {
      let assembly = try await Assembly(loaded.config, log: log)
      if assembly.hasNewToken {
        log.notice("admin token made", metadata: ["file": "\(loaded.config.server.data)/admin.token"])
      }
      let notifier = SystemdNotifier(environment: ProcessInfo.processInfo.environment, pid: getpid())
      try await assembly.run(reload: { try loader.load(file: file).config }, notifier: notifier) { [log] addresses in
        log.notice(
          "coinslot serves",
          metadata: [
            "public": "\(addresses.publicPort.joined(separator: " "))",
            "callback": "\(addresses.callback.joined(separator: " "))",
            "url": "\(loaded.config.server.url)", "slots": "\(loaded.config.slots.count)",
          ]
        )
        if isTerminal { Standard.error("coinslot serves at \(loaded.config.server.url)") }
      }
    } catch let error as ListenerError {
      throw Failure(
        .failed,
        "\(error)",
        hint: "stop what uses it, or set server.listen or networks.nano.callback.listen to another"
      )
    } catch let error as LedgerError {
      throw Failure(.failed, Self.words(for: error))
    } catch let error as BackupDamaged {
      throw Failure(.failed, "the copy before an upgrade is not good: \(error.trouble.joined(separator: "; "))")
    } catch let error as TLSFileError {
      throw Failure(.usage, error.description)
    } catch let error as MasterKeyFailure {
      throw Failure(.failed, error.description)
    }
  }

  private var loader: ConfigLoader {
    var loader = ConfigLoader.ofProcess(account: NetworkAccounts.account)
    loader.flags =
      [
        listen.map { ConfigLoader.Flag(["server", "listen"], $0, name: "--listen") },
        data.map { ConfigLoader.Flag(["server", "data"], $0, name: "--data") },
        logLevel.map { ConfigLoader.Flag(["log", "level"], $0, name: "--log-level") },
      ].compactMap(\.self)
    return loader
  }

  private func refusing<Value>(_ body: () throws(ConfigRefusal) -> Value) throws -> Value {
    do throws(ConfigRefusal) {
      return try body()
    } catch {
      throw Failure(.usage, error.description, hint: "coinslot config check tells more")
    }
  }

  /// What stands in the way of the ledger, for the operator.
  static func words(for error: LedgerError) -> String {
    switch error {
    case .notWritable(let why): "the data folder cannot be used: \(why)"
    case .tooNew(let found, let known, let restore):
      "the ledger is of a newer Coinslot (version \(found), this one knows \(known)): run the newer program, or restore "
        + "the backup that was made before the upgrade: \(restore ?? "coinslot restore FILE")"
    case .foreign(let why): why
    case .inUse(let why): "another server uses this data folder: \(why)"
    case .notDurable(let why): "this storage does not keep what is synced to it: \(why)"
    case .badCursor: "a list was asked for from a place that does not exist"
    }
  }
}
