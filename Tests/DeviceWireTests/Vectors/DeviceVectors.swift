import DeviceWire
import Foundation
import Primitives
import TestKit
import Testing

/// `Tests/Vectors/device.json`, the file that every client of the link runs.
///
/// `COINSLOT_WRITE_VECTORS` names a folder to write it anew; what changed in it is then for a person to judge.
@Suite struct DeviceVectors {
  private static let folder = ProcessInfo.processInfo.environment["COINSLOT_WRITE_VECTORS"]

  @Test(.enabled(if: folder != nil)) func writesTheFile() throws {
    guard let folder = Self.folder else { return }
    let file = URL(fileURLWithPath: folder).appendingPathComponent("device.json")
    try Data((DeviceVectorFile.value.laidOut() + "\n").utf8).write(to: file)
  }

  @Test(.enabled(if: folder == nil && ProcessInfo.processInfo.environment["COINSLOT_VECTORS"] == nil))
  func theFileIsWhatWeMake() throws {
    let file = try #require(try Vectors.json("device.json"))
    for part in ["about", "keys", "frames", "messages", "records", "newest"] {
      #expect(file[part] == DeviceVectorFile.value[part], "\(part)")
    }
    let made = Conversations.all.map(\.value)
    #expect(file["conversations"]?.array?.count == made.count)
    for (kept, own) in zip(file["conversations"]?.array ?? [], made) { #expect(kept == own) }
  }

  @Test(arguments: try Vectors.cases("device.json", "keys"))
  func derivesKeys(_ v: JSONValue) throws {
    let keys = SessionKeys(
      deviceKey: try Hex.bytes32(v["device_key"]?.string ?? ""),
      device: WireText(v["device"]?.string ?? ""),
      serial: try #require(v["serial"]?.uint64.flatMap { UInt32(exactly: $0) }),
      serverNonce: try #require(SessionNonce(try Hex.decode(v["sn"]?.string ?? ""))),
      deviceNonce: try #require(SessionNonce(try Hex.decode(v["dn"]?.string ?? "")))
    )
    #expect(keys.up.hex() == v["t1"]?.string)
    #expect(keys.down.hex() == v["t2"]?.string)
  }

  @Test(arguments: try Vectors.cases("device.json", "frames"))
  func opensFrames(_ v: JSONValue) throws {
    let verdict = DeviceVectorFile.verdict(
      Array((v["frame"]?.string ?? "").utf8),
      key: try Hex.decode(v["key"]?.string ?? ""),
      transport: v["transport"]?.string == "mqtt" ? .mqtt : .webSocket,
      last: try #require(v["last"]?.uint64)
    )
    #expect(verdict == Array(try #require(v.object).dropFirst(5)), "\(v["name"]?.string ?? "")")
  }

  @Test(arguments: try Vectors.cases("device.json", "messages"))
  func readsMessages(_ v: JSONValue) throws {
    let meaning = DeviceVectorFile.meaning(of: Array((v["json"]?.string ?? "").utf8), to: try #require(v["to"]?.string))
    #expect(meaning == Array(try #require(v.object).dropFirst(2)))
  }

  @Test(arguments: try Vectors.cases("device.json", "records"))
  func readsRecords(_ v: JSONValue) throws {
    let bytes = try Hex.decode(try #require(v["hex"]?.string))
    if v["kind"]?.string == "boot" {
      let record = try? BootRecord(decoding: bytes.span)
      #expect(record?.boot == v["boot"]?.uint64)
      if let record { #expect(record.encoded() == bytes) }
    } else {
      let record = try? ChannelRecord(decoding: bytes.span)
      #expect((record == nil) == (v["refused"]?.bool == true))
      #expect(record.map { UInt64($0.channel) } == v["c"]?.uint64)
      #expect(record?.number == v["n"]?.uint64)
      #expect(record.map { UInt64($0.leftMS) } == v["left"]?.uint64)
      #expect(record.map { UInt64($0.sequence) } == v["sequence"]?.uint64)
      #expect(record.map { "\($0.state)" } == v["state"]?.string)
      #expect(record?.id == v["id"]?.string.map { ChannelRecord.digest(of: WireText($0)) })
      if let record { #expect(record.encoded() == bytes) }
    }
  }

  @Test(arguments: try Vectors.cases("device.json", "newest"))
  func picksTheNewest(_ v: JSONValue) throws {
    let places = try #require(v["places"]?.array).map { place in try place.string.map { try Hex.decode($0) } }
    let index = try #require(v["newest"]?.int)
    #expect(ChannelRecord.newest(of: 0, places[0], places[1])?.encoded() == (index < 0 ? nil : places[index]))
  }

  @Test(arguments: try Vectors.cases("device.json", "conversations"))
  func holdsConversations(_ v: JSONValue) throws {
    var player = try Player(v)
    for event in try #require(v["events"]?.array) {
      let (actions, wake) = try player.play(event)
      #expect(.array(actions.map(\.value)) == event["actions"], "\(v["name"]?.string ?? ""), \(event.text())")
      if event["power_fails_after"] == nil {
        #expect(wake == event["wake"]?.int64, "\(v["name"]?.string ?? ""), \(event.text())")
      }
    }
  }

  /// Plays the events of a conversation to a device, as any client of the file does.
  private struct Player {
    private let configuration: DeviceConfiguration
    private var flash: [String: [UInt8]] = [:]
    private var core: DeviceCore?

    init(_ v: JSONValue) throws {
      let device = try #require(v["device"])
      let channels = try #require(device["channels"]?.array).map { channel in
        ChannelConfiguration(
          number: UInt8(try #require(channel["c"]?.uint64)),
          maxOnMS: UInt32(try #require(channel["max_on"]?.uint64)),
          resumesAlone: channel["resume_alone"]?.bool == true
        )
      }
      configuration = DeviceConfiguration(
        device: WireText(try #require(device["id"]?.string)),
        key: try Hex.bytes32(device["key"]?.string ?? ""),
        keySerial: UInt32(try #require(device["serial"]?.uint64)),
        firmware: WireText(try #require(device["firmware"]?.string)),
        transport: device["transport"]?.string == "mqtt" ? .mqtt : .webSocket,
        channels: channels
      )
      for member in v["flash"]?.object ?? [] { flash[member.key] = try Hex.decode(member.value.string ?? "") }
    }

    mutating func play(_ event: JSONValue) throws -> (actions: [DeviceAction], wake: Int64?) {
      let now = try #require(event["at"]?.int64)
      let kept = flash
      var device =
        core
        ?? DeviceCore(configuration, storage: DeviceStorage(of: configuration) { kept[$0.name] }, nowMS: now)
      let actions = try happen(event, to: &device, now)
      core = device
      for action in actions.prefix(event["power_fails_after"]?.int ?? .max) {
        if case .write(let place, let bytes) = action { flash[place.name] = bytes }
      }
      return (actions, device.wakeAtMS)
    }

    private func happen(_ event: JSONValue, to device: inout DeviceCore, _ now: Int64) throws -> [DeviceAction] {
      func text(_ key: String) -> WireText { WireText(event[key]?.string ?? "") }
      switch event["do"]?.string {
      case "boot":
        device = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { flash[$0.name] }, nowMS: now)
        return device.start()
      case "connected": return device.connected(nowMS: now)
      case "disconnected": return device.disconnected(nowMS: now)
      case "tick": return device.tick(nowMS: now)
      case "receive": return device.receive(text("text").utf8.span, nowMS: now)
      case "output_failed": return device.outputFailed(UInt8(try #require(event["c"]?.uint64)), nowMS: now)
      case "reading":
        let reading = Reading(name: text("name"), value: text("value"), unit: text("unit"), atMS: UInt64(now))
        return device.send(try #require(reading), nowMS: now)
      default:
        Issue.record("an event nobody knows: \(event.text())")
        return []
      }
    }
  }
}
