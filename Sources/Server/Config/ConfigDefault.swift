/// The commented file that `config default` prints: every setting with its default, and an example of each list.
package enum ConfigDefault {
  /// Settings in force as they are; lists and the network as comments, since nothing can be sold without an address.
  package static let text = """
    # Coinslot configuration. Check it with: coinslot config check
    #
    # Spans of time have a unit: 300ms, 5s, 10min, 1h, 2d. Amounts have one too: "0.1 XNO", "100 raw".
    # Each setting can also be given by the environment: COINSLOT_SERVER__PUBLIC_URL sets public_url of server.
    # Paths begin at the folder of this file; $CREDENTIALS_DIRECTORY/ is replaced by what systemd says.

    server:
      # Where people and devices come in; several are possible. IPv6: "[::1]:8402".
      listen: [127.0.0.1:8402]
      # How they write this address; behind a TLS proxy it begins with https://.
      # public_url: https://pay.example.org
      # The folder of ledger, keys and tokens.
      data: ./data
      # Proxies in front of this server, whose word about the client's address is taken: loopback, private, an address
      # or a block.
      trusted_proxies: []
      # Further host names under which browsers may reach us.
      names: []
      # Where devices connect.
      device_path: /link
      # Certificate and key, PEM, where no proxy in front speaks TLS; read again at SIGHUP and every day.
      # tls: { certificate: ./keys/fullchain.pem, key: ./keys/privkey.pem }
      # The time zone of the mornings and nights below.
      time_zone: UTC
      # Seals the device keys in the data folder; make it with: coinslot master-key new FILE. Keep a copy elsewhere.
      # master_key_file: ./keys/master
      # A token that may read /metrics and nothing else, mode 0600.
      # metrics_token_file: ./keys/metrics
      # Nothing is sold while less than both of these is free where the data lies: bytes, and a share of a hundred.
      disk: { least_free: 500MB, least_percent: 5 }
      # A checked copy of the ledger every night; the oldest goes. Best on another disk.
      # backups: { folder: ./backups, keep: 14, at: "03:30" }

    # The networks that money comes over. Without one nothing can be sold.
    # networks:
    #   nano:
    #     # live where the money has value; beta, test, dev and sim are other ledgers.
    #     chain: live
    #     # Your own node: it is asked about every payment. Plain http only to this machine.
    #     rpc: http://[::1]:7076
    #     # Tells of payments at once; without it they are found within a minute.
    #     websocket: ws://[::1]:7078
    #     # Accepts plain connections to another machine; anyone on the way can invent payments then.
    #     insecure: false
    #     # A door of its own for the node's HTTP callback and for clients of /call. Leave it out if you need neither.
    #     callback:
    #       listen: [127.0.0.1:7090]
    #       # Where the node posts, and where clients connect.
    #       path: /callback/
    #       watch_path: /call
    #       # Who may speak for an amount: loopback, private, an address or a block.
    #       allow: [loopback]
    #       # Keys of clients of /call, a name and a key a line, mode 0600. Without it everybody who reaches it may watch.
    #       # watcher_keys_file: ./keys/watchers
    #       # The least amount that clients are told of, and others by account.
    #       minimum: "0.000001 XNO"
    #       # minimums: { nano_1ipx847tk8o46pwxt5qjdbncjqcbwcc1rrmqnkztrfjy5k7z4imsrata9est: "0.01 XNO" }
    #       # Web pages that may connect to /call, besides our own.
    #       origins: []
    #   lightning:
    #     # live where the money has value; testnet, testnet4, signet and regtest are other ledgers, sim is a toy.
    #     chain: live
    #     # Your own node, one of these four. Key files have mode 0600; a certificate is the node's own, PEM.
    #     core_lightning: { clnrest: https://127.0.0.1:3010, rune_file: ./keys/cln.rune, certificate: ./keys/cln.pem }
    #     # core_lightning: { socket: /home/bitcoin/.lightning/bitcoin/lightning-rpc }
    #     # lnd: { rest: https://127.0.0.1:8080, macaroon_file: ./keys/lnd.macaroon, certificate: ./keys/lnd.pem }
    #     # phoenixd: { url: http://127.0.0.1:9740, password_file: ./keys/phoenixd }
    #     # Accepts a way in that can spend, as the socket, an admin macaroon or an unrestricted rune can.
    #     can_spend: false

    # The broker that machines with `link: mqtt` are behind (MQTT 3.1.1).
    # mqtt:
    #   # mqtt://host:1883, or mqtts://host:8883 with the broker's own certificate where no authority vouches for it.
    #   url: mqtt://127.0.0.1:1883
    #   # certificate: ./keys/broker.pem
    #   # Who we are there; two programs with one name throw each other out.
    #   client_id: coinslot
    #   # user: coinslot
    #   # password_file: ./keys/broker
    #   # Silence after which either side may think that the other is gone.
    #   keep_alive: 30s
    #   # Where online and offline are kept, and where Home Assistant looks for new devices; false announces nothing.
    #   status_topic: coinslot/status
    #   discovery: homeassistant

    # The account whose cars may be told what to do, for machines with `link: tesla`.
    # tesla:
    #   client_id: 12345678-90ab-4cde-8f01-234567890abc
    #   # {"refresh_token": "…"} as Tesla gave it, mode 0600, in a folder that the server may write: it is renewed there.
    #   token_file: ./keys/tesla.json
    #   # Tesla's signing proxy (tesla-http-proxy), on this machine, and its own certificate.
    #   url: https://localhost:4443
    #   certificate: ./keys/tesla-proxy.pem
    #   # Where tokens are renewed.
    #   auth_url: https://fleet-auth.prd.vn.cloud.tesla.com/oauth2/v3/token

    # The machines. More that dial in can be added while the server runs: coinslot device add
    # devices:
    #   - id: charger-1
    #     title: "Gate B12"
    #     link: websocket
    #     # Its key, 64 hex digits, mode 0600; left out, the server makes one.
    #     # key_file: ./keys/charger-1
    #     # How many outputs it has, and the longest time it allows itself.
    #     channels: 1
    #     max_on: 4h
    #   # Other links; max_on stands with any of them.
    #   # A web endpoint that speaks Standard Webhooks; the file holds whsec_…, and the old one too while it changes.
    #   # - id: hook
    #   #   link: webhook
    #   #   url: https://example.org/hook
    #   #   secret_file: ./keys/hook
    #   #   # Whether it may be on this machine or in this house; a certificate where no authority vouches for it.
    #   #   allow_private: false
    #   #   certificate: ./keys/hook.pem
    #   # A machine behind the broker: coinslot/<topic>/<output>/command, and …/answer where it answers.
    #   # - { id: lamp, link: mqtt, topic: lamp, outputs: [0], answers: true }
    #   # A Shelly (Plus, Pro, Gen3 or later); switch is the output of slots that name none.
    #   # - id: porch
    #   #   link: shelly
    #   #   url: http://192.168.1.40
    #   #   switch: 0
    #   #   # Its password, and its own name: another device at its address is not switched then.
    #   #   password_file: ./keys/porch
    #   #   device_id: shellyplus1-a8032abe54dc
    #   # A Tasmota device, with its web password and its hardware address.
    #   # - id: pump
    #   #   link: tasmota
    #   #   url: http://192.168.1.41
    #   #   outputs: [0]
    #   #   password_file: ./keys/pump
    #   #   mac: "A4:CF:12:00:00:01"
    #   # A car of the account above. Its outputs have names: honk_horn, flash_lights, charge_port_door_open,
    #   # charge_port_door_close, door_unlock, door_lock, media_toggle_playback, media_next_fav, media_volume_up,
    #   # front_trunk, rear_trunk, let_drive (with a time; locks at its end), remote_start_drive.
    #   # - { id: car, link: tesla, vin: LRWYA0000AA000001 }
    #   # Programs, run without a shell. An argument that is {ms}, {amount}, {slot}, {sale}, {function}, {comment}, {mode}
    #   # or {id} stands for what is known.
    #   # - id: gate
    #   #   link: command
    #   #   program: /bin/true
    #   #   args: [open, "{ms}"]
    #   #   # When it is killed.
    #   #   limit: 30s
    #   #   # Exit code 0 is done, 75 not now; what any other means: unknown, or by your word not_done.
    #   #   failure_means: unknown
    #   #   # Whether running it twice for one sale changes nothing.
    #   #   may_repeat: false
    #   # Several, each with a name that slots can use; output counts from 0 unless said.
    #   # - { id: gates, link: command, commands: [ { name: open, output: 0, program: /bin/true, args: [open] } ] }
    #   # A service of Home Assistant; data is JSON, in which {ms}, {seconds}, {amount} and so on stand for what is known.
    #   # - id: scene
    #   #   link: home_assistant
    #   #   url: http://homeassistant.local:8123
    #   #   # A long-lived access token, mode 0600; a certificate where no authority vouches for it.
    #   #   token_file: ./keys/home-assistant
    #   #   certificate: ./keys/home-assistant.pem
    #   #   service: script.open_gate
    #   #   data: '{"seconds": "{seconds}"}'
    #   #   # What shows that it happened; without it a sale ends as `sent`.
    #   #   confirm: { entity: binary_sensor.gate, state: "on" }
    #   #   # Whether calling it twice for one sale changes nothing.
    #   #   may_repeat: false
    #   # Several: services: [ { name: open, output: 0, service: script.open_gate }, … ]
    #   # Old firmware of bitcoinSwitch; the file holds the 22 characters that its URL ends with.
    #   # - { id: candy, link: bitcoinswitch, secret_file: ./keys/candy, pins: [4, 5] }

    # What is for sale.
    # slots:
    #   - id: charger
    #     title: USB charger
    #     # Where to pay, on one network or several: lightning: true, an address, or one with a way to tell customers
    #     # apart:
    #     #   nano: { account: nano_1…, tell_apart: low_digits }                      a unique end of the amount
    #     #   nano: { account: nano_1…, tell_apart: own_account, accounts_file: … }   an address an order
    #     pay: { nano: nano_1ipx847tk8o46pwxt5qjdbncjqcbwcc1rrmqnkztrfjy5k7z4imsrata9est }
    #     # What it costs, one of:
    #     #   exact: "0.1 XNO" and gives: 10min
    #     #   steps: [ { at: "0.1 XNO", gives: 10min }, … ]
    #     #   rate: { per_minute: "0.01 XNO", minimum: "0.05 XNO", cap: 2h }
    #     #   functions: [ { at: "0.1 XNO", does: flash, gives: 2s, channel: 1 }, … ]
    #     # For Lightning in "21 sat" or "21000 msat"; with several networks: { nano: { … }, lightning: { … } }
    #     price:
    #       steps: [ { at: "0.1 XNO", gives: 10min }, { at: "0.2 XNO", gives: 20min } ]
    #     # Which output, by its number or the machine's name for it; functions says it for each function where the price
    #     # does not: functions: { flash: flash_lights }. once: never twice, even if a power cut then costs the payer;
    #     # false where the price gives time, true for functions, unless said. pulse: how long where the price gives no
    #     # time.
    #     does: { device: charger-1, channel: 0, once: false, pulse: 500ms }
    #     # refuse: the page does not sell while the machine is away. hold: how long after a payment it may still start.
    #     if_away: { refuse: true, hold: 10min }
    #     # A payment while the machine runs: extend adds time, queue waits its turn, hold keeps it for you.
    #     while_running: extend
    #     # How long a power cut may last and the rest of the time still be given.
    #     resume_within: 10min
    #     # How long an offer stands, where customers are told apart.
    #     quote_life: 15min

    # How much of everything there may be at once; the newcomer is refused beyond it.
    limits:
      # Connections to the public listener.
      connections: 10000
      # Customers' pages that are told at once what happens; others look again by themselves.
      streams: 1000
      # Connections to /call, and accounts that one of them may wait for.
      watchers: 10000
      accounts_per_watcher: 64
      # What one client (an address, of IPv6 its first 64 bits) may take of a listener; 0 switches a limit off.
      per_client:
        connections: 1024
        connections_per_second: 200
        requests_per_second: 200
        websockets: 512
        # In ten minutes.
        quotes: 60
        wrong_tokens: 20

    # How a person hears of trouble. Without it only the log tells. Try it with: coinslot alarm test
    # alarms:
    #   # The file of the URL that messages are posted to; who knows it can send false ones, so mode 0600. Or webhook: URL
    #   webhook_file: ./keys/alarms
    #   # json, or text with header fields as ntfy takes them.
    #   format: json
    #   # now: only what cannot wait. morning: also what is told at the hour of the morning.
    #   min_severity: morning
    #   morning: "08:00"
    #   # Every day at this time a test is sent: a day without one means that nobody would hear of trouble.
    #   test: "09:00"

    # What is known of people (addresses that paid, clients that asked) is forgotten after this time. Sums stay.
    retention: { people: 30d }

    log:
      # trace, debug, info, notice, warning, error or critical.
      level: info

    """
}
