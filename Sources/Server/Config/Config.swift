package import Coinslot
package import Sockets

/// Everything the operator decides, read from one file, the environment and the command line; without a mistake.
package struct Config: Hashable, Sendable {
  /// The public listener and where things are kept.
  package var server: Server
  /// The Nano network; nil where it is not configured.
  package var nano: Nano?
  /// The Lightning network; nil where it is not configured.
  package var lightning: Lightning?
  /// The broker that machines may be behind; nil: none.
  package var broker: Broker?
  /// The account of cars; nil: none.
  package var tesla: Tesla?
  /// The machines.
  package var devices: [Device]
  /// What is for sale.
  package var slots: [Slot]
  /// How much of everything there may be at once.
  package var limits: Limits
  /// What is logged.
  package var log: Log
  /// How a person hears of trouble; nil: only by the log.
  package var alarms: Alarms?
  /// How long what is known of people is kept.
  package var retention = Retention()

  /// A configuration.
  package init(
    server: Server = Server(),
    nano: Nano? = nil,
    lightning: Lightning? = nil,
    devices: [Device] = [],
    slots: [Slot] = [],
    limits: Limits = Limits(),
    log: Log = Log()
  ) {
    self.server = server
    self.nano = nano
    self.lightning = lightning
    self.devices = devices
    self.slots = slots
    self.limits = limits
    self.log = log
  }

  /// The networks by name that are configured.
  package var chains: [String: Chain] {
    ["nano": nano?.chain, "lightning": lightning?.chain].compactMapValues(\.self)
  }
}

extension Config {
  /// The public listener and where things are kept.
  package struct Server: Hashable, Sendable {
    /// Where people and devices come in.
    package var listen = ListenAddress.list("127.0.0.1:8402")
    /// How they write our address, without a slash at the end; nil: as we listen.
    package var publicURL: String?
    /// The folder of ledger, keys and tokens; absolute.
    package var data = ""
    /// Proxies in front of us, whose word about the client counts.
    package var trustedProxies: [PeerRange] = []
    /// Further names (`host` or `host:port`) under which browsers may reach us.
    package var names: [String] = []
    /// Where devices connect.
    package var devicePath = "/link"
    /// Certificate and key of the public listener; nil: plain http.
    package var tls: TLS?
    /// The time zone of mornings and nights.
    package var timeZone = "UTC"
    /// The key that device keys are sealed with; nil: they lie open, for their owner's eyes only.
    package var masterKey: Secret?
    /// What reads `/metrics` besides the admin token.
    package var metricsToken: Secret?
    /// When the disk counts as nearly full.
    package var disk = Disk()
    /// The copies that are made every night; nil: none.
    package var backups: Backups?

    /// The defaults.
    package init() {}

    /// How people write our address.
    package var url: String { publicURL ?? localURL }

    /// How this machine reaches us; behind TLS by the name in the certificate, which `localNames` leads here.
    package var localURL: String {
      let scheme = tls == nil ? "http" : "https"
      guard let first = listen.first else { return "\(scheme)://127.0.0.1:8402" }
      if let name = certifiedName { return "\(scheme)://\(name):\(first.port)" }
      return IPText.isAny(first.host) ? "\(scheme)://127.0.0.1:\(first.port)" : "\(scheme)://\(first)"
    }

    /// Host names of `localURL` with the address they stand for on this machine.
    package var localNames: [String: String] {
      guard let name = certifiedName, let host = listen.first?.host else { return [:] }
      return [name: host == "localhost" || IPText.isAny(host) ? "127.0.0.1" : host]
    }

    private var certifiedName: String? {
      guard tls != nil, let publicURL, let endpoint = try? Endpoint(parsing: publicURL),
        !IPText.isAddress(endpoint.host)
      else { return nil }
      return endpoint.host
    }
  }

  /// The Nano network: our own node.
  package struct Nano: Hashable, Sendable {
    /// `nano:live` where the money has value.
    package var chain = Chain.nanoLive
    /// The node's RPC, an http or https URL.
    package var rpc: String
    /// The node's WebSocket, a ws or wss URL; nil: payments are heard by callback, or found within a minute.
    package var websocket: String?
    /// The door for the node's HTTP callback and for old clients; nil: none.
    package var callback: Callback?
    /// Whether a plain connection to another machine is accepted.
    package var insecure = false

    /// A node.
    package init(rpc: String) { self.rpc = rpc }
  }

  /// What is logged.
  package struct Log: Hashable, Sendable {
    /// The least level that is written.
    package var level = Level.info

    /// The levels, loudest last.
    package enum Level: String, Hashable, Sendable, CaseIterable {
      case trace, debug, info, notice, warning, error, critical
    }

    /// The defaults.
    package init() {}
  }
}
