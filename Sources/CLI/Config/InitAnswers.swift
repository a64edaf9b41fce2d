import Coinslot
import Primitives
import Server

/// What `init` must know, and the file it makes of it.
struct InitAnswers {
  var account = ""
  var slot = "charger"
  var title = "USB charger"
  var device = "charger-1"
  var price = "0.1 XNO"
  var gives = "10min"
  var rpc = "http://[::1]:7076"
  var websocket = "ws://[::1]:7078"
  var chain = "live"
  var listen = "127.0.0.1:8402"
  var data = "./data"
  /// The file of the device's key, beside the configuration.
  var keyFile: String { "./keys/\(device).key" }

  /// The configuration; every text in it is quoted, so no answer can become anything else.
  var text: String {
    """
    # Made by `coinslot init`. Every setting there is, with its meaning: coinslot config default

    server:
      # Only this machine can open the pages; 0.0.0.0:8402 lets all networks in. Put a TLS proxy in front of the world.
      listen: [\(quoted(listen))]
      # Everything that must survive: ledger, keys, the admin token.
      data: \(quoted(data))

    networks:
      nano:
        chain: \(quoted(chain))
        # Your own node: it is asked about every payment, and tells of them at once.
        rpc: \(quoted(rpc))
        websocket: \(quoted(websocket))

    devices:
      - id: \(quoted(device))
        link: websocket
        # The key that the device must have too; readable by you alone.
        key_file: \(quoted(keyFile))

    slots:
      - id: \(quoted(slot))
        title: \(quoted(title))
        # Where the money arrives. It is only watched; nothing here can spend.
        pay: { nano: \(quoted(account)) }
        # Add lines for other amounts; they must rise.
        price:
          steps:
            - { at: \(quoted(price)), gives: \(quoted(gives)) }
        does: { device: \(quoted(device)), channel: 0 }
        # Do not sell while the device is away; what arrives anyway may start within ten minutes.
        if_away: { refuse: true, hold: 10min }

    """
  }

  /// A text as YAML and JSON both write it.
  private func quoted(_ text: String) -> String { JSONValue.string(text).text() }
}
