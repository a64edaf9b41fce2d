package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import Primitives

/// Looks at everything that a server needs and that a person can mend: files, clock, node, listeners, backups, alarms.
///
/// It changes nothing, and may run beside the server or without one.
package struct Doctor: Sendable {
  /// The configuration in force.
  let config: Config
  /// What is not wrong in it but should be known.
  let warnings: [ConfigMistake]
  /// Now, milliseconds since 1970.
  let nowMS: Int64
  let client: HTTPClient
  /// Asks the running server's API; nil where it does not answer.
  let ask: @Sendable (String) async -> JSONValue?

  /// A doctor for a configuration.
  package init(
    _ loaded: LoadedConfig,
    nowMS: Int64,
    client: HTTPClient,
    ask: @escaping @Sendable (String) async -> JSONValue?
  ) {
    config = loaded.config
    warnings = loaded.warnings
    self.nowMS = nowMS
    self.client = client
    self.ask = ask
  }

  /// Everything that was looked at, in the order in which trouble should be mended.
  package func examine() async -> [Finding] {
    let isRunning = await isRunning()
    var findings = [configuration]
    findings += folder(isRunning: isRunning)
    findings += secrets
    findings += clock
    findings += await server(isRunning: isRunning)
    findings += await node()
    findings += await lightning()
    findings += await machines()
    findings += await callback(isRunning: isRunning)
    findings += backups
    findings += [alarms]
    findings += certificate
    findings += [openFiles]
    findings += system
    return findings
  }

  private var configuration: Finding {
    guard let first = warnings.first else { return Finding("configuration", .ok, "no mistake") }
    let more = warnings.count > 1 ? " (and \(warnings.count - 1) more)" : ""
    return Finding("configuration", .warn, "\(first.path): \(first.words)\(more)", next: "coinslot config check")
  }

  private var alarms: Finding {
    guard let alarms = config.alarms else {
      return Finding(
        "alarms",
        .warn,
        "nobody is told of trouble",
        next: "set alarms.webhook_file: coinslot config default"
      )
    }
    let words =
      "messages go to a webhook, a test every day at \(DayTimeText.text(alarms.test)) \(config.server.timeZone)"
    return Finding("alarms", .ok, words, next: "coinslot alarm test")
  }

  /// Whether the process lives: what a container asks.
  package static func isLive(_ server: Config.Server, client: HTTPClient) async -> Bool {
    let request = HTTPClientRequest(url: "\(server.localURL)/livez")
    guard let response = try? await client.execute(request, timeout: .seconds(5)) else { return false }
    return response.status == .ok
  }

  private func isRunning() async -> Bool {
    if UnixVisit.canVisit(AdminSocket.path(in: config.server.data)) { return true }
    return await Self.isLive(config.server, client: client)
  }
}
