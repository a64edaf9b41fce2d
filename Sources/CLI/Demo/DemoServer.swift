import Coinslot
import Foundation
import Logging
import Server
import Sockets

/// What all demos share: the server that `serve` runs, in this process.
enum DemoServer {
  /// What the server says during a demo: only what is wrong, on standard error.
  static var log: Logger {
    var log = Logger(label: "coinslot") { JSONLines(label: $0, level: .warning, sink: .standardError) }
    log.logLevel = .warning
    return log
  }

  /// Reads a configuration as `serve` would read it from a file of `folder`.
  static func config(_ text: String, folder: String) throws -> Config {
    let loader = ConfigLoader(environment: [:], workingFolder: folder, account: NetworkAccounts.account)
    do throws(ConfigRefusal) {
      return try loader.load(text: text, name: "demo", folder: folder).config
    } catch {
      throw Failure(.failed, error.description)
    }
  }

  /// Serves until `body`, which gets the address of the pages, returns or throws; then ends in order.
  ///
  /// - Throws: `Failure` where the server cannot start, and what `body` throws; nothing where a signal ended it.
  static func run(_ config: Config, _ body: @escaping @Sendable (_ url: String) async throws -> Void) async throws {
    do {
      try await Assembly(config, log: log).run(
        alongside: { addresses in try await body("http://\(addresses.publicPort.first ?? "")") },
        ready: { _ in }
      )
    } catch let error as ListenerError {
      throw Failure(.failed, "\(error)", hint: "choose another: coinslot demo --port 9000")
    } catch is CancellationError {
      // Ended by a signal: the server has ended in order.
    } catch let error as LedgerError {
      throw Failure(
        .failed,
        Serve.words(for: error),
        hint: "or keep this demo apart: coinslot demo --data other-folder"
      )
    }
  }

  /// A port of this machine that nobody uses just now.
  static func freePort() throws -> Int {
    do throws(FreePort.None) { return try FreePort.find() } catch {
      throw Failure(.failed, "no free port on 127.0.0.1")
    }
  }

  /// Opens the page where there is a desktop; says nothing where there is none.
  static func openBrowser(_ url: String) {
    #if os(macOS)
      let program = "/usr/bin/open"
    #else
      guard ProcessInfo.processInfo.environment["DISPLAY"] != nil else { return }
      let program = "/usr/bin/xdg-open"
    #endif
    guard FileManager.default.isExecutableFile(atPath: program) else { return }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = [url]
    try? process.run()
  }
}
