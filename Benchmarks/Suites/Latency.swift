import Coinslot
import Engine
import Gateway
import LedgerSQLite
import NIOCore
import NIOHTTP1
import Sockets

/// How long a payment takes from the node's callback to the device, everything on this machine.
enum Latency {
  /// One payment at a time, each committed with a sync before the device hears of it; against SQLite's own commit.
  static func measure(into report: inout Report, disk: String) async throws {
    let (p50, p99, sync) = try await World.withFolder(in: disk) { folder in
      let sync = 1e6 / (try RawSQLite("\(folder)/raw").rowsPerSecond(batch: 1, seconds: 1))
      let house = try await House(folder: "\(folder)/ours")
      _ = try await house.store.keep(Charger.device, title: "Charger", nowMS: house.world.nowMS)
      let times = try await house.running { url in
        let device = SmallDevice("charger-1", key: OneKey.key, tickMS: 5)
        let living = Task { try await device.live(url: url, trusting: nil) }
        defer { living.cancel() }
        try await House.wait {
          house.registry.session(of: Charger.device) != nil && house.marks[House.account] != nil && device.isWelcome
        }
        var times: [Double] = []
        for number in 0..<220 {
          let body = Money.callback(number, to: Charger.key), before = device.newest, clock = ContinuousClock()
          let began = clock.now
          try post(body, to: house)
          let passed = (await device.taken(before + 1) - began).components
          times.append(Double(passed.seconds) * 1e6 + Double(passed.attoseconds) / 1e12)
          // Each meets an idle machine: what was bought is over before the next payment comes.
          try await House.wait { try await house.store.openWork(on: Charger.channel).isEmpty }
        }
        return times.dropFirst(20).sorted()
      }
      return (times[times.count / 2], times[times.count * 99 / 100], sync)
    }
    report.add(Line("latency.p50", p50, "µs", against: "one synced commit of SQLite", sync))
    report.add(Line("latency.p99", p99, "µs", against: "one synced commit of SQLite", sync))
  }

  struct Refused: Error {}

  /// Gives the door a whole request, as the listener does.
  private static func post(_ body: [UInt8], to house: House) throws {
    var reader = RequestReader()
    let lines = [
      "POST /callback/ HTTP/1.1", "Host: x", "Content-Type: application/json", "Content-Length: \(body.count)",
    ]
    reader.receive(ByteBuffer(bytes: Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body))
    let peer = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
    guard case .head(let head)? = try reader.next(),
      case .body(let most) = house.callbacks.admit(head, from: peer)
    else { throw Refused() }
    try reader.beginBody(maxBytes: most)
    guard case .body(let bytes)? = try reader.next(),
      case .reply(let reply) = house.callbacks.answer(head, body: bytes, from: peer), reply.status == .ok
    else { throw Refused() }
  }
}
