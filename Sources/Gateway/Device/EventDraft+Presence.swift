import Coinslot
import Primitives

extension EventDraft {
  /// `device.online`: `{id, firmware}`, a session is open.
  static func online(_ greeting: Greeting) -> EventDraft {
    EventDraft(type: "device.online") { writer in
      writer.member("id", greeting.device.rawValue)
      if let firmware = greeting.firmware { writer.member("firmware", firmware) }
    }
  }

  /// `device.offline`: `{id}`, the session ended and no other took its place.
  static func offline(_ device: DeviceID) -> EventDraft {
    EventDraft(type: "device.offline") { $0.member("id", device.rawValue) }
  }
}
