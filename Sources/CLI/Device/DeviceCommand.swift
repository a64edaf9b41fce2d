import ArgumentParser
import Primitives

struct DeviceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device",
    abstract: "Add machines, see them, and drive them by hand; or play one.",
    discussion: """
      Without a subcommand it plays a device: `coinslot device --virtual --id charger-1 --key-file charger-1.key` is \
      `coinslot device run --virtual …`.
      """,
    subcommands: [
      DeviceList.self, DeviceAdd.self, DevicePing.self, DeviceTrigger.self, DeviceStop.self, DeviceRotate.self,
      DeviceRelease.self, DeviceRevoke.self, DeviceRun.self,
    ],
    defaultSubcommand: DeviceRun.self
  )
}

struct DeviceList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List devices: connected or not, and what their outputs do.",
    discussion: """
      Examples:
        coinslot device list
        coinslot device list --json | jq '.data[] | select(.online | not) | .id'
      """
  )

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let answer = try await server.client().get("/v1/devices")
    if output.isJSON { return Standard.json(answer) }
    Standard.line(DeviceTable.text(answer["data"]?.array ?? []))
  }
}

/// Devices for a person.
enum DeviceTable {
  static func text(_ rows: [JSONValue]) -> String {
    var table = Table(["DEVICE", "TITLE", "LINK", "STANDING", "LAST SEEN", "FIRMWARE", "OUTPUTS"])
    for row in rows {
      table.add([
        row["id"]?.string, row["title"]?.string, row["online"]?.bool == true ? "online" : "away",
        row["standing"]?.string,
        Readable.moment(row["last_seen_ms"]), row["firmware"]?.string, outputs(row),
      ])
    }
    return table.text(none: "No devices yet. Add one: coinslot device add charger-1")
  }

  private static func outputs(_ row: JSONValue) -> String {
    let says = (row["outputs"]?.array ?? []).map { output in
      let left = Readable.span(output["left_ms"]).map { " \($0)" } ?? ""
      return "\(Readable.text(output["channel"]) ?? "?"): \(output["says"]?.string ?? "?")\(left)"
    }
    let held = (row["channels"]?.array ?? []).compactMap { channel in
      channel["held_because"]?.string.map { "\(Readable.text(channel["channel"]) ?? "?"): held, \($0)" }
    }
    return (says + held).joined(separator: "; ")
  }
}

struct DevicePing: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ping",
    abstract: "Ask a device for a sign of life, now.",
    discussion: """
      Example:
        coinslot device ping charger-1
      """
  )

  @Argument(help: "The device.")
  var device: String

  @Option(help: "How long to wait, milliseconds, up to 10000.")
  var timeoutMs: UInt64 = 2_000

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let answer = try await server.client().post(
      "/v1/devices/\(ServerClient.escaped(device))/ping",
      ["timeout_ms": .number(timeoutMs)]
    )
    if output.isJSON { Standard.json(answer) }
    guard answer["answered"]?.bool == true else {
      throw Failure(
        .failed,
        "\(device) does not answer",
        hint: "is it powered and in the network? coinslot device list says when it was last seen"
      )
    }
    if !output.isJSON { Standard.line("\(device) answered in \(Readable.text(answer["took_ms"]) ?? "?") ms") }
  }
}
