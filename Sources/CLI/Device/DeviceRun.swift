import ArgumentParser
import Coinslot
import DeviceWire
import Foundation
import Primitives
import Server
import Simulators

struct DeviceRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Play a device in this terminal: its relay and its countdown.",
    discussion: """
      It speaks the real device link. Its flash is a folder: killed and started again it goes on as a real device would, \
      with the paid time that was left. On a terminal it is drawn, in a pipe each event is a JSON object.

      What goes wrong on purpose is for tests: --crash-after, --crash-point, --drop-acks, --slow-ms, \
      --forget, --clone.

      Examples:
        coinslot device --virtual --id charger-1 --key-file keys/charger-1.key
        coinslot device run --virtual --id lamp --key-file lamp.key --channels 2 --url ws://192.168.1.5:8402/link
        coinslot device run --virtual --id lamp --key-file lamp.key --url wss://localhost:8402/link --ca cert.pem
        coinslot device run --virtual --id lamp --key-file lamp.key --crash-after 3 --crash-point before-output
      """
  )

  @Flag(help: "Needed: this program drives no hardware.")
  var virtual = false

  @Option(help: "The device's name.")
  var id: String

  @Option(help: ArgumentHelp("The file of its key, 64 hex digits, readable by you alone.", valueName: "file"))
  var keyFile: String

  @Option(help: "Which of its keys this is, from 1.")
  var keySerial: UInt32 = 1

  @Option(help: ArgumentHelp("Where it connects; the configuration's server unless given.", valueName: "ws://…"))
  var url: String?

  @Option(
    help: ArgumentHelp(
      "Whose word counts about who a wss:// server is: its certificate or its maker's, PEM; the system's unless given.",
      valueName: "file"
    )
  )
  var ca: String?

  @Option(help: ArgumentHelp("The configuration to take the server from.", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp("The folder that is its flash; in your own state folder unless given.", valueName: "folder")
  )
  var state: String?

  @Option(help: "How many outputs it has, 1 to 8.")
  var channels: UInt8 = 1

  @Option(help: ArgumentHelp("The longest an output is ever on, seconds.", valueName: "seconds"))
  var maxOn: UInt32 = 14_400

  @Option(help: ArgumentHelp("Append every pulse to this file, synced.", valueName: "file"))
  var trace: String?

  @Option(help: "Die as by a power cut after this many outputs switched on.")
  var crashAfter: Int?

  @Option(
    help: ArgumentHelp(
      "At which step of that run: before-output, after-output, before-ack or after-ack.",
      valueName: "step"
    ),
    transform: Self.crashPoint
  )
  var crashPoint = VirtualDeviceOptions.CrashPoint.afterOutput

  @Option(help: "Lose the first so many acks.")
  var dropAcks = 0

  @Option(help: "Read what comes in this much late, milliseconds.")
  var slowMs = 0

  @Flag(help: "Start with an empty flash, as after a repair.")
  var forget = false

  @Flag(help: "Keep what it learns to itself: a second device with the first one's key and flash.")
  var clone = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard virtual else { throw ValidationError("Say --virtual: this program drives no hardware.") }
    guard DeviceID(rawValue: id) != nil else {
      throw ValidationError("--id: 1 to 64 of a-z, 0-9 and -, no - at either end.")
    }
    guard (1...8).contains(channels) else { throw ValidationError("--channels: from 1 to 8.") }
    guard keySerial > 0 else { throw ValidationError("--key-serial: from 1.") }
    guard (1...4_000_000).contains(maxOn) else { throw ValidationError("--max-on: from 1 to 4000000 seconds.") }
    guard crashAfter.map({ $0 > 0 }) ?? true, dropAcks >= 0, (0...600_000).contains(slowMs) else {
      throw ValidationError("--crash-after: from 1. --drop-acks: from 0. --slow-ms: from 0 to 600000.")
    }
  }

  func run() async throws {
    let configuration = DeviceConfiguration(
      device: WireText(id),
      key: try key,
      keySerial: keySerial,
      firmware: "virtual-1",
      transport: .webSocket,
      channels: (0..<channels).map { ChannelConfiguration(number: $0, maxOnMS: maxOn * 1_000) }
    )
    var options = VirtualDeviceOptions(
      url: try url ?? configuredURL,
      configuration: configuration,
      flashFolder: state ?? Self.usualState(id),
      traceFile: trace
    )
    options.trustedCAFile = try trust(for: options.url)
    options.faults.crashAfter = crashAfter
    options.faults.crashPoint = crashPoint
    options.faults.dropAcks = dropAcks
    options.faults.slowMS = slowMs
    options.faults.forget = forget
    options.faults.isClone = clone
    let screen = DeviceScreen(device: id, url: options.url, isJSON: output.isJSON)
    let device: VirtualDevice
    do { device = try VirtualDevice(options, onEvent: screen.take, onLink: screen.take) } catch is Refusal {
      throw Failure(
        .usage,
        "\"\(options.url)\" is no address of a device link",
        hint: "such as ws://127.0.0.1:8402/link"
      )
    } catch {
      throw Failure(.failed, "the device cannot start: \(error)", hint: "its flash is \(options.flashFolder)")
    }
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await device.run() }
        group.addTask { try await screen.draw() }
        defer { group.cancelAll() }
        try await group.next()
      }
    } catch { throw Failure(.failed, "the device died: \(error)", hint: "its flash is \(options.flashFolder)") }
  }

  /// The file of `--ca`, known to hold a certificate; refused where the connection would not be encrypted.
  private func trust(for url: String) throws -> String? {
    guard let ca else { return nil }
    guard url.lowercased().hasPrefix("wss://") else {
      throw Failure(.usage, "--ca says whom to trust, and \(url) is not encrypted", hint: "a wss:// address")
    }
    guard let text = try? String(contentsOfFile: ca, encoding: .utf8) else {
      throw Failure(.notFound, "\(ca) cannot be read", hint: "a copy of the certificate in server.tls")
    }
    guard text.contains("-----BEGIN CERTIFICATE-----") else {
      throw Failure(.usage, "\(ca) holds no certificate", hint: "PEM: -----BEGIN CERTIFICATE-----")
    }
    return ca
  }

  private var key: Bytes32 {
    get throws {
      guard let text = try? String(contentsOfFile: keyFile, encoding: .utf8) else {
        throw Failure(
          .notFound,
          "\(keyFile) cannot be read",
          hint: "coinslot device add \(id) --save-key \(keyFile) makes one"
        )
      }
      let mode =
        (try? FileManager.default.attributesOfItem(atPath: keyFile)[.posixPermissions] as? NSNumber)?.intValue ?? 0
      guard mode & 0o077 == 0 else {
        throw Failure(.notAllowed, "others can read the key in \(keyFile)", hint: "chmod 600 \(keyFile)")
      }
      guard let key = try? Hex.bytes32(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
        throw Failure(.usage, "\(keyFile) holds no key", hint: "64 hex digits")
      }
      return key
    }
  }

  /// The device link of the configuration's server, or of a server on this machine as it is by default.
  private var configuredURL: String {
    get throws {
      let loader = ConfigLoader.ofProcess(account: NetworkAccounts.account)
      do throws(ConfigRefusal) {
        let server = try loader.load(file: try loader.find(named: config)).config.server
        return "ws" + server.localURL.dropFirst("http".count) + server.devicePath
      } catch {
        if config == nil, error.mistakes.allSatisfy({ $0.place == .standard }) { return "ws://127.0.0.1:8402/link" }
        throw Failure(.usage, error.description, hint: "or name it: --url ws://127.0.0.1:8402/link")
      }
    }
  }

  private static func crashPoint(_ text: String) throws -> VirtualDeviceOptions.CrashPoint {
    if let point = VirtualDeviceOptions.CrashPoint(rawValue: text) { return point }
    let known = VirtualDeviceOptions.CrashPoint.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("--crash-point: one of \(known).")
  }

  private static func usualState(_ id: String) -> String {
    let environment = ProcessInfo.processInfo.environment
    let state =
      environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(environment["HOME"] ?? ".")/.local/state"
    return "\(state)/coinslot-device/\(id)"
  }
}
