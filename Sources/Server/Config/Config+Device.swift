package import Actuators
package import Coinslot

extension Config {
  /// A machine that the file names; more of those that dial in can be added while the server runs.
  package struct Device: Hashable, Sendable {
    /// Its name.
    package let id: DeviceID
    /// What people read.
    package let title: String
    /// How it is reached.
    package let link: Link
    /// The file of its first key, 64 hex digits; nil: the server makes one.
    package let keyFile: String?
    /// How many outputs it has, numbered from 0; nil: not said.
    package let channels: Int?
    /// The longest time the device itself allows, milliseconds; nil: not said.
    package let maxOnMS: UInt64?
    /// The output of slots that name none.
    package let usualOutput: UInt8

    /// A machine.
    package init(
      id: DeviceID,
      title: String,
      link: Link = .websocket,
      keyFile: String? = nil,
      channels: Int? = nil,
      maxOnMS: UInt64? = nil,
      usualOutput: UInt8 = 0
    ) {
      self.id = id
      self.title = title
      self.link = link
      self.keyFile = keyFile
      self.channels = channels
      self.maxOnMS = maxOnMS
      self.usualOutput = usualOutput
    }
  }
}

extension Config.Device {
  /// How a machine is reached.
  package enum Link: Hashable, Sendable {
    /// It dials in and speaks the device link.
    case websocket
    /// A web endpoint that speaks Standard Webhooks.
    case webhook(WebhookSettings)
    /// Behind the broker of the configuration.
    case mqtt(MQTTMachineSettings)
    /// A Shelly of the second generation or later.
    case shelly(ShellySettings)
    /// A Tasmota device.
    case tasmota(TasmotaSettings)
    /// A car, by the Tesla account of the configuration.
    case tesla(TeslaSettings)
    /// Programs on this machine.
    case command([Numbered<CommandSettings>])
    /// Services of Home Assistant.
    case homeAssistant([Numbered<HomeAssistantSettings>])
    /// Old firmware of bitcoinSwitch, which dials in and obeys whoever knows its secret.
    case bitcoinSwitch(BitcoinSwitch)
  }

  /// One of several things that a machine can be told, by the number of its output.
  package struct Numbered<Settings: Hashable & Sendable>: Hashable, Sendable {
    /// The output.
    package let output: UInt8
    /// What slots may call it; nil: only by its number.
    package let name: String?
    /// What is done.
    package let settings: Settings

    /// An output with a name.
    package init(output: UInt8, name: String?, settings: Settings) {
      self.output = output
      self.name = name
      self.settings = settings
    }
  }

  /// A board with the bitcoinSwitch firmware.
  package struct BitcoinSwitch: Hashable, Sendable {
    /// The end of its socket's path, 22 characters: who knows it can read what the board is told.
    package let secret: Config.Secret
    /// The board's pin of each output.
    package let pins: [UInt8]

    /// A board.
    package init(secret: Config.Secret, pins: [UInt8]) {
      self.secret = secret
      self.pins = pins
    }
  }
}

extension Config.Device.Link: CustomStringConvertible, CustomReflectable {
  /// Its word in the configuration; nothing of the settings, which may hold secrets.
  package var description: String { kind.rawValue }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// The links by their words in the configuration.
  enum Kind: String, CaseIterable {
    case websocket, webhook, mqtt, shelly, tasmota, tesla, command
    case homeAssistant = "home_assistant"
    case bitcoinSwitch = "bitcoinswitch"
  }

  var kind: Kind {
    switch self {
    case .websocket: .websocket
    case .webhook: .webhook
    case .mqtt: .mqtt
    case .shelly: .shelly
    case .tasmota: .tasmota
    case .tesla: .tesla
    case .command: .command
    case .homeAssistant: .homeAssistant
    case .bitcoinSwitch: .bitcoinSwitch
    }
  }

  /// Whether we give it orders of our own accord, rather than over a connection that it made.
  package var isOurs: Bool { kind != .websocket && kind != .bitcoinSwitch }
}
