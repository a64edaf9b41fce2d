import Coinslot
import Logging
import NIOCore
import Synchronization

extension MQTTBroker {
  /// Publishes at least once, until the broker has it or the moment passes.
  ///
  /// `payload` is asked for anew each time the message leaves, so that what it says of the time left is true.
  package func publish(
    to topic: String,
    retained: Bool = false,
    untilMS: Int64,
    _ payload: @escaping @Sendable (_ nowMS: Int64) -> [UInt8]?
  ) async -> Delivery {
    guard clock.nowMS < untilMS else { return .neverSent }
    let delivered = FirstAnswer<Delivery>()
    let number: UInt16? = state.withLock { state in
      guard state.waiting.count < Self.mostWaiting else { return nil }
      repeat { state.lastID = state.lastID == .max ? 1 : state.lastID + 1 } while state.waiting[state.lastID] != nil
      state.nextOrder += 1
      state.waiting[state.lastID] = Waiting(
        topic: topic,
        isRetained: retained,
        payload: payload,
        delivered: delivered,
        order: state.nextOrder
      )
      return state.lastID
    }
    guard let number else { return .full }
    send(number)
    let timer = Task {
      await clock.pause(forMS: max(0, untilMS - clock.nowMS))
      giveUp(number)
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await delivered.value()
    } onCancel: {
      giveUp(number)
    }
  }

  /// Writes a waiting message, where there is somewhere to write it to.
  private func send(_ number: UInt16) {
    let nowMS = clock.nowMS
    let (channel, bytes): ((any NIOCore.Channel)?, [UInt8]?) = state.withLock { state in
      guard let channel = state.channel, let waiting = state.waiting[number] else { return (nil, nil) }
      guard let payload = waiting.payload(nowMS) else { return (nil, nil) }
      let message = MQTTPublish(
        topic: waiting.topic,
        payload: payload,
        packetID: number,
        isAgain: waiting.hasLeft,
        isRetained: waiting.isRetained
      )
      guard 4 + waiting.topic.utf8.count + payload.count <= MQTTPacket.mostBytes else { return (nil, nil) }
      // Noted before it is written: from here on it may have left.
      state.waiting[number]?.hasLeft = true
      return (channel, message.bytes)
    }
    if let channel, let bytes { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
  }

  private func giveUp(_ number: UInt16) {
    let waiting = state.withLock { $0.waiting.removeValue(forKey: number) }
    waiting?.delivered.give(waiting?.hasLeft == true ? .mayHaveArrived : .neverSent)
  }

  /// We are let in: says so, listens, and sends what waits, in its order.
  func begin(_ channel: any NIOCore.Channel) {
    let online = MQTTPublish(
      topic: settings.statusTopic,
      payload: Array("online".utf8),
      packetID: nil,
      isRetained: true
    )
    let (filters, numbers, acts) = state.withLock { state in
      state.channel = channel
      state.trouble = nil
      return (
        state.ears.map(\.filter), state.waiting.sorted { $0.value.order < $1.value.order }.map(\.key), state.online
      )
    }
    var bytes = online.bytes
    var seen: Set<String> = []
    let unique = filters.filter { seen.insert($0).inserted }
    if !unique.isEmpty { bytes += MQTTSubscribe(packetID: .max, filters: unique).bytes }
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    for number in numbers { send(number) }
    for act in acts { act() }
    logger.debug("connected to the broker", metadata: ["waiting": "\(numbers.count)"])
  }

  func acknowledged(_ number: UInt16) {
    state.withLock { $0.waiting.removeValue(forKey: number) }?.delivered.give(.acknowledged)
  }

  func heard(_ message: MQTTPublish) {
    let ears = state.withLock { state in
      state.ears.filter { MQTTText.matches(message.topic, $0.filter) }.map(\.hear)
    }
    for hear in ears { hear(message) }
  }
}
