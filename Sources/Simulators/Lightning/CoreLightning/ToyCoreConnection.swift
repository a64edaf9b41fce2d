import NIOCore
import Primitives

/// One connection to lightningd's socket, with the manners of a real node.
///
/// It reads only when a `}` has come, takes several values from one piece, answers in the order in which answers are
/// ready, and after bytes that are no request it never listens again, nor does it say so.
final class ToyCoreConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let node: ToyLightningNode
  private var context: ChannelHandlerContext?
  private var buffer: [UInt8] = []
  private var isDeaf = false
  /// Answers that wait for others to overtake them.
  private var heldBack: [[UInt8]] = []

  init(_ node: ToyLightningNode) { self.node = node }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let piece = Array(Self.unwrapInboundIn(data).readableBytesView)
    guard !isDeaf else { return }
    guard buffer.count + piece.count <= node.options.maxRequestBytes else { return context.close(promise: nil) }
    buffer += piece
    if piece.contains(0x7d) { process() }
  }

  private func process() {
    switch RawJSON.read(buffer) {
    case .invalid:
      refuse(
        CoreRequest.Malformed.nobody,
        RawJSON.escaped(Array("Failed to parse RPC JSON response '".utf8) + trimmed(buffer) + [0x27])
      )
      goDeaf()
    case .values(let values, let end):
      let bytes = buffer
      buffer = Array(bytes[end...])
      for (value, range) in values where !isDeaf { take(value, bytes[range]) }
    }
  }

  private func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    let rest = bytes.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
    let end = rest.lastIndex { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } ?? rest.startIndex
    return rest.isEmpty ? [] : Array(rest[...end])
  }

  private func take(_ value: RawJSON, _ spelling: ArraySlice<UInt8>) {
    node.counts.coreRequests += 1
    do throws(CoreRequest.Malformed) {
      let request = try CoreRequest(value, spelling: spelling)
      node.call(request) { [weak self] in self?.answer(request, $0) }
    } catch {
      refuse(error.id, RawJSON.escaped(Array(error.message.utf8)))
      if error.isDeafening { goDeaf() }
    }
  }

  private func goDeaf() {
    node.counts.coreRequests += buffer.isEmpty ? 0 : 1
    isDeaf = true
    buffer = []
  }

  private func refuse(_ id: RawJSON, _ message: [UInt8]) {
    let error: RawJSON = ["code": .number(-32600), "message": .string(message)]
    send(["jsonrpc": "2.0", "id": id, "error": error])
  }

  private func answer(_ request: CoreRequest, _ result: Result<RawJSON, CoreError>) {
    switch result {
    case .success(let value):
      let told = request.filter.map { value.filtered(by: $0) } ?? value
      send(["jsonrpc": "2.0", "id": request.id, "result": told.distorted(by: node.faults)])
    case .failure(let error):
      send(["jsonrpc": "2.0", "id": request.id, "error": error.json.distorted(by: node.faults)])
    }
  }
}

// MARK: Sending, and what is wrong with it

extension ToyCoreConnection {
  private func send(_ value: RawJSON) {
    guard !node.faults.silent else { return }
    let bytes = node.faults.garbage ? Array("\u{1}garbage}{\n\n".utf8) : value.bytes + [0x0a, 0x0a]
    later(node.faults.lateMS) { $0.order(bytes) }
  }

  private func order(_ bytes: [UInt8]) {
    guard node.faults.outOfOrder else { return write(bytes) }
    heldBack.append(bytes)
    guard heldBack.count == 1 else { return }
    later(50) { connection in
      let all = connection.heldBack.reversed()
      connection.heldBack = []
      for bytes in all { connection.write(bytes) }
    }
  }

  private func write(_ bytes: [UInt8]) {
    guard let context else { return }
    if node.faults.halfReplies {
      flush(bytes.prefix(bytes.count / 2))
      context.close(promise: nil)
    } else if node.faults.splitBytes > 0 {
      var rest = bytes[...]
      while !rest.isEmpty {
        flush(rest.prefix(node.faults.splitBytes))
        rest = rest.dropFirst(node.faults.splitBytes)
      }
    } else {
      flush(bytes[...])
    }
  }

  private func flush(_ bytes: ArraySlice<UInt8>) {
    context?.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
  }

  private func later(_ delayMS: Int, _ act: @escaping (ToyCoreConnection) -> Void) {
    guard delayMS > 0 else { return act(self) }
    node.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(delayMS))) { [weak self] in
      self.map(act)
    }
  }
}

extension RawJSON {
  /// The same with what a fault does to it.
  func distorted(by faults: LightningFaults) -> RawJSON {
    guard faults.msatTexts || faults.unknownFields else { return self }
    switch self {
    case .object(let members):
      var told = members.map { member in
        if faults.msatTexts, member.key.suffix(5).elementsEqual("_msat".utf8),
          case .primitive(let digits) = member.value
        {
          Member(key: member.key, .string(digits + Array("msat".utf8)))
        } else {
          Member(key: member.key, member.value.distorted(by: faults))
        }
      }
      if faults.unknownFields {
        told.insert(.init("toy_new_thing", ["list": .array([.number(1), "two", .object([])])]), at: 0)
        told.append(.init("toy_newer_thing", .primitive(Array("null".utf8))))
      }
      return .object(told)
    case .array(let elements): return .array(elements.map { $0.distorted(by: faults) })
    case .string, .primitive: return self
    }
  }
}
