import Sockets

// How each kind of machine is set up. `validate()` names every mistake in words for the operator; a machine is made
// only from settings without one.

/// A web endpoint that speaks Standard Webhooks.
public struct WebhookSettings: Hashable, Sendable {
  /// Where to post; https, or http where `allowPrivate` is set and the host lies in the house.
  public var url: String
  /// What signs; while a secret changes, the new one and the old one.
  ///
  /// Empty for an endpoint that checks nothing.
  public var secrets: [WebhookSecret]
  /// Whether the endpoint may be on this machine or in this house.
  public var allowPrivate: Bool
  /// A file with the certificates to trust instead of the system's.
  public var trustedCAFile: String?

  /// An endpoint on the public network unless told otherwise.
  public init(
    url: String,
    secrets: [WebhookSecret] = [],
    allowPrivate: Bool = false,
    trustedCAFile: String? = nil
  ) {
    self.url = url
    self.secrets = secrets
    self.allowPrivate = allowPrivate
    self.trustedCAFile = trustedCAFile
  }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes: [MachineMistake] = []
    do throws(MachineMistake) {
      let endpoint = try MachineURL.endpoint(url, key: "url")
      if !endpoint.scheme.isSecure, !allowPrivate {
        mistakes.append(.init("url", "must begin with https:// (http:// is for the house, with allow_private: true)"))
      }
      if let address = MappedAddress(endpoint.host),
        let why = AddressRule(allowsPrivate: allowPrivate).refusal(of: address)
      {
        mistakes.append(.init("url", "cannot be used: \(why)"))
      }
    } catch { mistakes.append(error) }
    if secrets.count > 4 { mistakes.append(.init("secrets", "holds more than four; two are enough to change one")) }
    return mistakes
  }
}

/// How the owner of Tesla cars lets us in.
public struct TeslaKeySettings: Hashable, Sendable {
  /// The application's client id.
  public var clientID: String
  /// Where tokens are renewed.
  public var url: String
  /// A file with the certificates to trust instead of the system's.
  public var trustedCAFile: String?

  /// Renewal at Tesla's own address unless told otherwise.
  public init(
    clientID: String,
    url: String = "https://fleet-auth.prd.vn.cloud.tesla.com/oauth2/v3/token",
    trustedCAFile: String? = nil
  ) {
    self.clientID = clientID
    self.url = url
    self.trustedCAFile = trustedCAFile
  }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes = MachineURL.mistakes(url, key: "auth_url", plainIsForLoopback: true)
    if !(1...200).contains(clientID.utf8.count) || !clientID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
      mistakes.append(.init("client_id", "is not the client id of a Tesla application"))
    }
    return mistakes
  }
}

/// A Tesla behind the signing proxy.
public struct TeslaSettings: Hashable, Sendable {
  /// The proxy, on this machine: it asks nobody for a password.
  public var url: String
  /// The proxy's own certificate (PEM).
  public var trustedCAFile: String?
  /// The car, 17 characters.
  public var vin: String

  /// A car.
  public init(url: String = "https://localhost:4443", trustedCAFile: String? = nil, vin: String) {
    self.url = url
    self.trustedCAFile = trustedCAFile
    self.vin = vin
  }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes = MachineURL.mistakes(url, key: "url", plainIsForLoopback: true)
    if vin.utf8.count != 17
      || !vin.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) })
    {
      mistakes.append(.init("vin", "is not a vehicle identification number of 17 capital letters and digits"))
    }
    return mistakes
  }
}

/// A broker (MQTT 3.1.1).
public struct MQTTSettings: Hashable, Sendable {
  /// `mqtt://host:1883` or `mqtts://host:8883`.
  public var url: String
  /// Who we are there; two programs with one name throw each other out.
  public var clientID: String
  /// Who may connect; nil where the broker asks nobody.
  public var user: String?
  /// The user's password.
  public var password: String?
  /// A file with the certificates to trust instead of the system's.
  public var trustedCAFile: String?
  /// Seconds of silence after which either side may think that the other is gone.
  public var keepAliveSeconds: UInt16
  /// Where `online` and `offline` are kept, retained.
  public var statusTopic: String
  /// Where Home Assistant looks for new devices; nil: nothing is announced.
  public var discoveryPrefix: String?

  /// A broker that is announced to as Home Assistant expects it, unless told otherwise.
  public init(
    url: String,
    clientID: String = "coinslot",
    user: String? = nil,
    password: String? = nil,
    trustedCAFile: String? = nil,
    keepAliveSeconds: UInt16 = 30,
    statusTopic: String = "coinslot/status",
    discoveryPrefix: String? = "homeassistant"
  ) {
    self.url = url
    self.clientID = clientID
    self.user = user
    self.password = password
    self.trustedCAFile = trustedCAFile
    self.keepAliveSeconds = keepAliveSeconds
    self.statusTopic = statusTopic
    self.discoveryPrefix = discoveryPrefix
  }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes: [MachineMistake] = []
    do throws(MachineMistake) { _ = try BrokerAddress(url) } catch { mistakes.append(error) }
    if !(1...64).contains(clientID.utf8.count) || clientID.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) {
      mistakes.append(.init("client_id", "must be 1 to 64 plain characters"))
    }
    if password != nil, user == nil {
      mistakes.append(.init("user", "is missing; the broker takes a password of a user only"))
    }
    if (user?.utf8.count ?? 0) > 1_000 || (password?.utf8.count ?? 0) > 1_000 {
      mistakes.append(.init("password", "or user is longer than 1,000 bytes"))
    }
    if !(5...3_600).contains(keepAliveSeconds) { mistakes.append(.init("keep_alive", "must be 5 s to 1 h")) }
    if !MQTTText.isTopic(statusTopic) { mistakes.append(.init("status_topic", "is no topic to publish to")) }
    if let discoveryPrefix, !MQTTText.isTopic(discoveryPrefix, most: 200) {
      mistakes.append(.init("discovery", "is no topic to publish under"))
    }
    return mistakes
  }
}

/// A machine behind a broker.
public struct MQTTMachineSettings: Hashable, Sendable {
  /// Its name in topics: letters, digits, `-` and `_`.
  public var device: String
  /// What people read.
  public var title: String
  /// The outputs that are announced.
  public var outputs: [UInt8]
  /// Whether it says what became of a command; one that does not is told once, and what became of it is not known.
  public var answers: Bool

  /// A machine that answers unless told otherwise.
  public init(device: String, title: String? = nil, outputs: [UInt8] = [0], answers: Bool = true) {
    self.device = device
    self.title = title ?? device
    self.outputs = outputs
    self.answers = answers
  }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes: [MachineMistake] = []
    let isName = device.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
    if !(1...64).contains(device.utf8.count) || !isName {
      mistakes.append(.init("topic", "must be 1 to 64 letters, digits, - or _"))
    }
    if title.utf8.count > 200 { mistakes.append(.init("title", "is longer than 200 bytes")) }
    if Set(outputs).count != outputs.count { mistakes.append(.init("outputs", "names an output twice")) }
    return mistakes
  }
}

/// A program on this machine.
public struct CommandSettings: Hashable, Sendable {
  /// Its file, from the root of the file system.
  public var program: String
  /// Its arguments; one that is exactly `{ms}`, `{amount}`, `{slot}`, `{sale}`, `{function}`, `{comment}`, `{mode}` or
  /// `{id}` stands for what is known of the deed.
  public var arguments: [String]
  /// When it is killed, milliseconds.
  public var limitMS: Int64
  /// What exit codes other than 0 and 75 mean.
  public var failureMeans: FailureMeaning
  /// Whether running it twice for one `{id}` changes nothing.
  public var mayRepeat: Bool

  /// What a failed program says.
  public enum FailureMeaning: String, Hashable, Sendable, CaseIterable {
    /// It may have done it before it failed.
    case unknown
    /// It did nothing, by the operator's word.
    case notDone = "not_done"
  }

  /// A program that is run once and has half a minute, unless told otherwise.
  public init(
    program: String,
    arguments: [String] = [],
    limitMS: Int64 = 30_000,
    failureMeans: FailureMeaning = .unknown,
    mayRepeat: Bool = false
  ) {
    self.program = program
    self.arguments = arguments
    self.limitMS = limitMS
    self.failureMeans = failureMeans
    self.mayRepeat = mayRepeat
  }

  /// Whether it is told what it shall do: else it can only start.
  var takesMode: Bool { arguments.contains("{mode}") }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes: [MachineMistake] = []
    let parts = program.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = parts.dropFirst().allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    if parts.count < 2 || parts.first != "" || !isPlain || program.utf8.contains(0) || program.contains(":") {
      mistakes.append(.init("program", "must be a whole path such as /usr/local/bin/open-gate"))
    }
    let shells = ["sh", "bash", "dash", "zsh", "ksh", "ash", "fish", "busybox"]
    if let name = parts.last, shells.contains(String(name)), arguments.contains("{comment}") {
      mistakes.append(.init("program", "is a shell, and a stranger's {comment} among its arguments may become code"))
    }
    do throws(MachineMistake) { _ = try CommandTemplate(arguments) } catch { mistakes.append(error) }
    if !(100...3_600_000).contains(limitMS) { mistakes.append(.init("limit", "must be 100 ms to 1 h")) }
    return mistakes
  }
}

/// A Shelly of the second generation or later, in the house.
public struct ShellySettings: Hashable, Sendable {
  /// Where it is, `http://192.168.1.40`.
  public var url: String
  /// The password of its user, who is always called `admin`; nil where none is set.
  public var password: String?
  /// Its own name such as `shellyplus1-a8032abe54dc`; nil: whoever answers is believed.
  public var deviceID: String?

  /// A device.
  public init(url: String, password: String? = nil, deviceID: String? = nil) {
    self.url = url
    self.password = password
    self.deviceID = deviceID
  }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes = MachineURL.mistakes(url, key: "url", isBare: true)
    if let deviceID, !(1...64).contains(deviceID.utf8.count) || !deviceID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
      mistakes.append(.init("device_id", "is no name of a Shelly, such as shellyplus1-a8032abe54dc"))
    }
    if let password, !(1...200).contains(password.utf8.count) {
      mistakes.append(.init("password", "is empty or too long"))
    }
    return mistakes
  }
}

/// A Tasmota device in the house.
public struct TasmotaSettings: Hashable, Sendable {
  /// Where it is, `http://192.168.1.41`.
  public var url: String
  /// Its web password; nil where none is set.
  public var password: String?
  /// Its hardware address; nil: whoever answers is believed.
  public var mac: String?
  /// The outputs that are used, 0 to 7.
  public var outputs: [UInt8]

  /// A device with one relay unless told otherwise.
  public init(url: String, password: String? = nil, mac: String? = nil, outputs: [UInt8] = [0]) {
    self.url = url
    self.password = password
    self.mac = mac
    self.outputs = outputs
  }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes = MachineURL.mistakes(url, key: "url", isBare: true)
    if let mac {
      let digits = HardwareAddress.plain(mac)
      if digits.utf8.count != 12 || !digits.allSatisfy(\.isHexDigit) {
        mistakes.append(.init("mac", "is no hardware address such as A4:CF:12:00:00:01"))
      }
    }
    if let password, !(1...200).contains(password.utf8.count) {
      mistakes.append(.init("password", "is empty or too long"))
    }
    if outputs.isEmpty || outputs.contains(where: { $0 > 7 }) || Set(outputs).count != outputs.count {
      mistakes.append(.init("outputs", "must be some of 0 to 7; further relays share their timers"))
    }
    return mistakes
  }
}

/// A service of Home Assistant.
public struct HomeAssistantSettings: Hashable, Sendable {
  /// Where it is, `http://homeassistant.local:8123`.
  public var url: String
  /// The file of a long-lived access token, mode 0600.
  public var tokenFile: String
  /// What is called, `script.open_gate`.
  public var service: String
  /// The data of the call, a JSON object; a text that is exactly `{ms}`, `{seconds}`, `{amount}`, `{asset}`, `{slot}`,
  /// `{sale}`, `{function}`, `{comment}` or `{id}` stands for what is known of the deed.
  public var data: String
  /// An entity that shows whether it happened.
  public var confirmEntity: String?
  /// The state that it then shows.
  public var confirmState: String?
  /// Whether calling it twice for one deed changes nothing.
  public var mayRepeat: Bool
  /// A file with the certificates to trust instead of the system's.
  public var trustedCAFile: String?

  /// A service that is called once.
  public init(
    url: String,
    tokenFile: String,
    service: String,
    data: String = "{}",
    confirmEntity: String? = nil,
    confirmState: String? = nil,
    mayRepeat: Bool = false,
    trustedCAFile: String? = nil
  ) {
    self.url = url
    self.tokenFile = tokenFile
    self.service = service
    self.data = data
    self.confirmEntity = confirmEntity
    self.confirmState = confirmState
    self.mayRepeat = mayRepeat
    self.trustedCAFile = trustedCAFile
  }

  /// Every mistake; none where it can be used.
  public func validate() -> [MachineMistake] {
    var mistakes = MachineURL.mistakes(url, key: "url", isBare: true)
    if tokenFile.isEmpty { mistakes.append(.init("token_file", "is missing")) }
    if !Self.isName(service) { mistakes.append(.init("service", "is no service such as script.open_gate")) }
    do throws(MachineMistake) { _ = try HomeAssistantCall(data) } catch { mistakes.append(error) }
    if (confirmEntity == nil) != (confirmState == nil) {
      mistakes.append(.init("confirm", "needs both an entity and the state that it shows"))
    }
    if let confirmEntity, !Self.isName(confirmEntity) {
      mistakes.append(.init("confirm", "names no entity such as binary_sensor.gate"))
    }
    return mistakes
  }

  /// Two words of small letters, digits and `_` with a point between them.
  private static func isName(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 && text.utf8.count <= 200
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == UInt8(ascii: "_")
          }
      }
  }
}
