import Dispatch
import NIOCore
import Synchronization

/// The other server: nothing is there.
final class NothingHere: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\nConnection: close\r\n\r\nnothing"
    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    context.close(promise: nil)
  }
}

/// Ends the connection in the middle of a text frame, once.
final class Cutter: ChannelOutboundHandler, Sendable {
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  private let flag: Flag

  init(_ flag: Flag) { self.flag = flag }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let bytes = Self.unwrapOutboundIn(data)
    guard flag.isSet, bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == 0x81 else {
      return context.write(data, promise: promise)
    }
    flag.isSet = false
    let half = bytes.getSlice(at: bytes.readerIndex, length: bytes.readableBytes / 2) ?? ByteBuffer()
    context.writeAndFlush(Self.wrapOutboundOut(half), promise: nil)
    context.close(promise: nil)
    promise?.fail(ChannelError.ioOnClosedChannel)
  }
}

/// Holds an event loop still, once, when a pong has just been taken in there.
final class Stall: Sendable {
  private let state = Mutex((isArmed: false, isStalled: false))
  private let gate = DispatchSemaphore(value: 0)

  /// Whether a loop stands still.
  var isStalled: Bool { state.withLock { $0.isStalled } }

  /// The next pong stalls its loop.
  func arm() { state.withLock { $0.isArmed = true } }

  /// Lets it go on.
  func release() {
    let wasStalled = state.withLock { state in
      defer { state = (false, false) }
      return state.isStalled
    }
    if wasStalled { gate.signal() }
  }

  fileprivate func hold() {
    let isHeld = state.withLock { state in
      guard state.isArmed else { return false }
      state = (false, true)
      return true
    }
    if isHeld { gate.wait() }
  }
}

final class Staller: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  private let stall: Stall

  init(_ stall: Stall) { self.stall = stall }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Self.unwrapInboundIn(data)
    context.fireChannelRead(data)
    if bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == 0x8a { stall.hold() }
  }
}
