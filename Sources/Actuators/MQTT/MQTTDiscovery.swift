import Coinslot
import Primitives

/// How a machine shows up in Home Assistant (MQTT device discovery): whether it is there, and each output's last outcome.
struct MQTTDiscovery: Sendable {
  /// Where it is announced, retained.
  let topic: String
  /// The announcement.
  let payload: [UInt8]

  init(_ machine: MQTTMachineSettings, _ broker: MQTTSettings) {
    let name = "coinslot_\(machine.device)"
    topic = "\(broker.discoveryPrefix ?? "homeassistant")/device/\(name)/config"
    var parts: [JSONValue.Member] = [
      .init(
        "connection",
        [
          "p": "binary_sensor", "name": "Connection", "device_class": "connectivity",
          "unique_id": .string("\(name)_connection"),
          "state_topic": .string("coinslot/\(machine.device)/availability"), "payload_on": "online",
          "payload_off": "offline", "qos": 1,
        ]
      )
    ]
    for output in machine.outputs {
      parts.append(
        .init(
          "outcome_\(output)",
          [
            "p": "sensor", "name": .string("Last outcome \(output)"), "unique_id": .string("\(name)_outcome_\(output)"),
            "state_topic": .string(Self.outcomeTopic(machine.device, output)),
            "value_template": "{{ value_json.outcome }}",
            "json_attributes_topic": .string(Self.outcomeTopic(machine.device, output)), "qos": 1,
          ]
        )
      )
    }
    let whole: JSONValue = [
      "dev": ["ids": [.string(name)], "name": .string(machine.title), "mf": "Coinslot"],
      "o": ["name": "coinslot"], "cmps": .object(parts),
      // What we say of it is worth something while we are there ourselves.
      "availability": [
        ["topic": .string(broker.statusTopic), "payload_available": "online", "payload_not_available": "offline"]
      ],
    ]
    payload = Array(whole.text().utf8)
  }

  /// Where the last outcome of an output is kept, retained.
  static func outcomeTopic(_ device: String, _ output: UInt8) -> String { "coinslot/\(device)/\(output)/outcome" }

  /// `{"outcome":"done","reason":…,"id":…,"at":…}`.
  static func outcome(of deed: Deed, _ end: DeedEnd, atMS nowMS: Int64) -> [UInt8] {
    let (word, reason): (String, String?) =
      switch end {
      case .done: ("done", nil)
      case .sent: ("sent", nil)
      case .notDone(let reason): ("not_done", reason)
      case .unknown(let reason): ("unknown", reason)
      }
    let whole: JSONValue = [
      "outcome": .string(word), "reason": reason.map { .string($0) } ?? .null, "id": .string(deed.id.rawValue),
      "at": .string(UTCTime.text(ms: nowMS)),
    ]
    return Array(whole.text().utf8)
  }
}
