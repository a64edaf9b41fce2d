import NIOCore

/// One connection to a broker, on its event loop: reads packets, answers those that want it, and notices silence.
final class MQTTConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// What a connection tells; all on its event loop.
  struct Ears: Sendable {
    var letIn: @Sendable (MQTTConnectAck) -> Void
    var heard: @Sendable (MQTTPublish) -> Void
    var acknowledged: @Sendable (UInt16) -> Void
    var subscribed: @Sendable (MQTTSubscribeAck) -> Void
    var broke: @Sendable (any Error) -> Void = { _ in }
  }

  private let hello: MQTTConnect
  private let ears: Ears
  private var bytes: [UInt8] = []
  private var heardAt = NIODeadline.now()
  private var pulse: RepeatedTask?

  init(_ hello: MQTTConnect, _ ears: Ears) {
    self.hello = hello
    self.ears = ears
  }

  func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { begin(context) } }
  func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  private func begin(_ context: ChannelHandlerContext) {
    guard pulse == nil else { return }
    heardAt = .now()
    write(hello.bytes, context)
    let every = TimeAmount.milliseconds(Int64(hello.keepAliveSeconds) * 500)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    pulse = context.eventLoop.scheduleRepeatedTask(initialDelay: every, delay: every) { _ in
      let (connection, context) = bound.value
      // Two pulses without a word in answer: nobody is there any more.
      guard NIODeadline.now() - connection.heardAt < every * 3 else { return context.close(promise: nil) }
      connection.write(MQTTSignals.ping, context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    heardAt = .now()
    bytes += unwrapInboundIn(data).readableBytesView
    var rest = bytes[...]
    do throws(MQTTFault) {
      while let packet = try MQTTPacket.next(in: &rest) { take(packet, context) }
    } catch {
      bytes = []
      context.close(promise: nil)
      return
    }
    bytes = Array(rest)
  }

  private func take(_ packet: MQTTPacket, _ context: ChannelHandlerContext) {
    switch packet {
    case .connectAck(let answer): ears.letIn(answer)
    case .publish(let message):
      ears.heard(message)
      if let number = message.packetID { write(MQTTPublishAck(packetID: number).bytes, context) }
    case .publishAck(let answer): ears.acknowledged(answer.packetID)
    case .subscribeAck(let answer): ears.subscribed(answer)
    case .pingReply: break
    }
  }

  private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    pulse?.cancel()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    ears.broke(error)
    context.close(promise: nil)
  }
}
