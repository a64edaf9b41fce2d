import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import Primitives
import Server

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at everything a server needs, and name the next command for what is wrong.",
    discussion: """
      It changes nothing, and works beside a running server or without one. Exit code 0 where nothing is bad, 1 where \
      something is; warnings do not count.

      Examples:
        coinslot doctor
        coinslot doctor --json | jq '.findings[] | select(.verdict != "ok")'
        coinslot doctor --live
      """
  )

  @Flag(help: "Only ask whether the process lives, for the health check of a container.")
  var live = false

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let loaded: LoadedConfig
    do { loaded = try LoadedConfig.found(named: server.config) } catch let failure as Failure {
      guard !live else { throw failure }
      let next = "coinslot config check"
      return try tell([Finding("configuration", .bad, failure.words, next: next)])
    }
    let client = Self.client(loaded.config.server)
    if live {
      let isLive = await Doctor.isLive(loaded.config.server, client: client)
      try? await client.shutdown()
      guard isLive else { throw Failure(.failed, "nobody answers at \(loaded.config.server.localURL)/livez") }
      if output.isJSON { Standard.json(["live": true]) } else { Standard.line("it lives") }
      return
    }
    let api = try? server.client()
    let doctor = Doctor(loaded, nowMS: WallClock().wallMS, client: client) { path in
      try? await api?.getQuietly(path)
    }
    let findings = await Progress.during("looking") { _ in await doctor.examine() }
    try? await client.shutdown()
    try tell(findings)
  }

  private func tell(_ findings: [Finding]) throws {
    let isGood = !findings.contains { $0.verdict == .bad }
    if output.isJSON {
      Standard.json(.object([.init("ok", .bool(isGood)), .init("findings", .array(findings.map(\.json)))]))
    } else {
      var table = Table(["", "PLACE", "WHAT", "NEXT"])
      for finding in findings {
        table.add([finding.verdict.rawValue, finding.place, finding.words, finding.next ?? ""])
      }
      Standard.line(table.text(none: ""))
    }
    if !isGood { throw ExitCode(Failure.Kind.failed.rawValue) }
  }

  /// For questions to the server and to the node on this machine.
  private static func client(_ server: Config.Server) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(3), read: .seconds(10))
    )
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.dnsOverride = server.localNames
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}
