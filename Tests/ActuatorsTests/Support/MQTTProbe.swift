import NIOCore
import NIOPosix
import Synchronization
import TestKit

@testable import Actuators

/// Another client of the broker: sees what is published, and can play a machine.
final class MQTTProbe: Sendable {
  private let heardAll = Heard<MQTTPublish>()
  private let channel: any Channel
  private let react = Mutex<(@Sendable (MQTTPublish) -> [(topic: String, payload: String)])?>(nil)

  var heard: [MQTTPublish] { heardAll.all }

  init(port: Int, clientID: String = "probe-\(UInt32.random(in: 0...UInt32.max))") async throws {
    let letIn = FirstAnswer<Bool>(), box = Mutex<(@Sendable (MQTTPublish) -> Void)?>(nil)
    let ears = MQTTConnection.Ears(
      letIn: { letIn.give($0.code == 0) },
      heard: { message in box.withLock { $0 }?(message) },
      acknowledged: { _ in },
      subscribed: { _ in }
    )
    let hello = MQTTConnect(clientID: clientID, keepAliveSeconds: 60, isClean: true)
    channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(MQTTConnection(hello, ears))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    channel.closeFuture.whenComplete { _ in letIn.give(false) }
    struct Refused: Error {}
    guard await letIn.value() else { throw Refused() }
    box.withLock { box in
      box = { [weak self] message in
        guard let self else { return }
        heardAll.add(message)
        for answer in react.withLock({ $0 })?(message) ?? [] { publish(answer.topic, answer.payload) }
      }
    }
  }

  func subscribe(_ filter: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: MQTTSubscribe(packetID: 1, filters: [filter]).bytes)).get()
  }

  func publish(_ topic: String, _ payload: String, retained: Bool = false) {
    let message = MQTTPublish(topic: topic, payload: Array(payload.utf8), packetID: nil, isRetained: retained)
    channel.writeAndFlush(ByteBuffer(bytes: message.bytes), promise: nil)
  }

  /// Answers every message from now on.
  func answer(_ body: @escaping @Sendable (MQTTPublish) -> [(topic: String, payload: String)]) {
    react.withLock { $0 = body }
  }

  /// All retained messages under a filter; a marker of our own tells that there are no more.
  func retained(_ filter: String) async throws -> [String: String] {
    let mark = "probe/\(UInt32.random(in: 0...UInt32.max))"
    try await subscribe(mark)
    try await subscribe(filter)
    _ = try await eventually {
      publish(mark, "x")
      return heard.contains { $0.topic == mark }
    }
    return Dictionary(
      heard.filter(\.isRetained).map { ($0.topic, String(decoding: $0.payload, as: UTF8.self)) },
      uniquingKeysWith: { _, last in last }
    )
  }

  func close() async { try? await channel.close().get() }
}
