import AsyncHTTPClient
import Coinslot
import Foundation
import NIOCore
import NIOPosix
import Nano
import Primitives
import Sockets

extension Doctor {
  /// What the running server says of itself and of its machines.
  func server(isRunning: Bool) async -> [Finding] {
    guard isRunning else {
      return [Finding("server", .warn, "it does not run", next: "coinslot serve")]
    }
    guard let ready = await ask("/readyz?verbose") else {
      return [Finding("server", .bad, "it runs and does not answer at \(config.server.localURL)", next: "see its log")]
    }
    let ill = (ready["checks"]?.array ?? []).filter { $0["status"]?.string != "ok" }
    var findings = ill.map { check in
      Finding(
        "server",
        check["status"]?.string == "failed" ? .bad : .warn,
        "\(check["name"]?.string ?? "?"): \(check["detail"]?.string ?? "ill")",
        next: "see its log"
      )
    }
    if ill.isEmpty { findings.append(Finding("server", .ok, "it serves at \(config.server.url)")) }
    return findings + (await devices())
  }

  private func devices() async -> [Finding] {
    guard let rows = await ask("/v1/devices")?["data"]?.array else {
      return [
        Finding(
          "devices",
          .warn,
          "the server does not tell of them",
          next: "show the admin token: --token-file, or run this as the server's user"
        )
      ]
    }
    let counted = rows.filter { $0["standing"]?.string != "revoked" }
    let ill = counted.compactMap { row -> Finding? in
      let id = row["id"]?.string ?? "?"
      if row["standing"]?.string == "quarantined" {
        return Finding("devices", .bad, "\(id) is in quarantine", next: "coinslot device release \(id)")
      }
      guard row["online"]?.bool != true else { return nil }
      let seen = row["last_seen_ms"]?.int64.map { "since \((nowMS - $0) / 60_000) min" } ?? "and never came"
      return Finding("devices", .warn, "\(id) is away \(seen)", next: "coinslot device ping \(id)")
    }
    return ill.isEmpty ? [Finding("devices", .ok, "\(counted.count) device(s), all of them online")] : ill
  }

  /// Our own node: there, on the right network, in sync, with the same time.
  func node() async -> [Finding] {
    guard let nano = config.nano else {
      guard config.lightning == nil else { return [] }
      let words = "no network is configured, nothing can be sold"
      return [Finding("node", .warn, words, next: "set networks: coinslot config default")]
    }
    let rpc = NanoRPC(url: nano.rpc, client: client)
    let version: NodeVersion.Reply
    do throws(NodeFailure) { version = try await rpc.ask(NodeVersion()) } catch {
      return [Finding("node", .bad, error.words, next: "start the node, or set networks.nano.rpc")]
    }
    let expected = NanoConfig(chain: nano.chain, rpc: nano.rpc, webSocket: nil).genesis
    if let expected, expected != version.networkIdentifier {
      let words = "it is on another network (\(version.network ?? "unnamed")) than networks.nano.chain says"
      return [Finding("node", .bad, words, next: "correct networks.nano.rpc or networks.nano.chain")]
    }
    var findings = [Finding("node", .ok, "\(version.vendor), network \(version.network ?? "unnamed")")]
    do throws(NodeFailure) {
      let telemetry = try await rpc.ask(Telemetry())
      if telemetry.peerCount == 0 {
        findings.append(Finding("node", .bad, "it has no peers, so it hears of no payment", next: "see the node's log"))
      } else if telemetry.uncemented > 50_000 {
        let words = "it is not in sync: \(telemetry.uncemented) blocks wait for confirmation"
        findings.append(Finding("node", .bad, words, next: "wait until it has caught up"))
      }
      findings += try await nodeClock(rpc)
    } catch {
      findings.append(Finding("node", .warn, "it does not tell how it is: \(error.words)"))
    }
    return findings
  }

  private func nodeClock(_ rpc: NanoRPC) async throws(NodeFailure) -> [Finding] {
    guard let theirs = try await rpc.ask(NodeTime()) else { return [] }
    let asideMS = abs(theirs - nowMS)
    guard asideMS > 60_000 else { return [] }
    return [
      Finding(
        "clock",
        .warn,
        "the node's clock shows another time, \(asideMS / 1_000) s away",
        next: "timedatectl, on both machines"
      )
    ]
  }

  /// The listener of the node's callback: reachable from here, and from nowhere else.
  func callback(isRunning: Bool) async -> [Finding] {
    guard let callback = config.nano?.callback, let first = callback.listen.first else { return [] }
    var findings: [Finding] = []
    if !callback.listen.allSatisfy(\.isLoopback) {
      let isOpen = callback.watchers == nil
      findings.append(
        Finding(
          "callback",
          .warn,
          "other machines reach it at \(first)" + (isOpen ? ", and whoever does may listen to any address" : ""),
          next: isOpen ? "set watcher_keys_file, or listen on 127.0.0.1" : "a firewall that lets only the node in"
        )
      )
    }
    guard isRunning else { return findings }
    let host = IPText.isAny(first.host) ? "127.0.0.1" : first.host
    if await Self.canConnect(host, first.port) {
      if findings.isEmpty { findings.append(Finding("callback", .ok, "it listens at \(first), for this machine only")) }
    } else {
      findings.append(Finding("callback", .bad, "nobody listens at \(first)", next: "restart the server"))
    }
    return findings
  }

  static func canConnect(_ host: String, _ port: Int) async -> Bool {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(3))
    guard let channel = try? await bootstrap.connect(host: host, port: port).get() else { return false }
    try? await channel.close()
    return true
  }
}

/// `telemetry`, for the node's own clock alone, milliseconds since 1970; nil where it does not tell.
private struct NodeTime: RPCAction, Hashable {
  var question: RPCQuestion { RPCQuestion("telemetry") }

  func reply(from value: JSONValue) throws(NanoRefusal) -> Int64? {
    value["timestamp"].flatMap { $0.int64 ?? $0.string.flatMap { Int64($0) } }
  }
}
