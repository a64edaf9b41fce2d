public import DeviceWire
import NIOCore
import Primitives
import Sockets

/// A device without hardware: speaks the real device link with a real device's mind, and shows what its relay does.
///
/// ## On failure
/// Its flash is a folder. Killed at any moment and started again it goes on as a real device would: outputs off until
/// the server says resume, no number twice that was to run once, at most one tick of paid time lost.
public final class VirtualDevice: Sendable {
  /// What happens to it.
  public enum Event: Hashable, Sendable {
    /// It tries to connect.
    case connecting
    /// The socket is there.
    case connected
    /// The socket ended, or none could be had, and why.
    case disconnected(String)
    /// An output was switched.
    case output(UInt8, isOn: Bool, Why)
    /// How all outputs are, after something changed.
    case shows([Output])
    /// An acknowledgement was lost on purpose.
    case ackDropped
  }

  /// What is said on the link.
  public enum LinkEvent: Hashable, Sendable {
    /// It woke up, for the so-manieth time.
    case booted(UInt64)
    /// The server knows it.
    case welcomed(session: UInt64)
    /// The server is being told what became of a command.
    case acknowledged(channel: UInt8, command: UInt64, Ack.Word, isAgain: Bool)
  }

  /// Why an output was switched.
  public enum Why: Hashable, Sendable {
    /// By this command.
    case run(id: String, number: UInt64)
    /// It goes on after a power cut, or ends then: this boot never heard the command.
    case resumed
  }

  /// It died because a fault said so, and the options let the process live.
  public struct Died: Error, Hashable, Sendable {}

  private let options: VirtualDeviceOptions
  private let endpoint: Endpoint
  private let host: DeviceHost
  private let tell: @Sendable (Event) -> Void

  /// A device that has not booted yet.
  ///
  /// - Parameters:
  ///   - options: How it is set up.
  ///   - onEvent: What to show; called from any thread, one call at a time, and must not block.
  ///   - onLink: What is said; as `onEvent`.
  /// - Throws: `Refusal` for an address that is none, or not of the form `ws://` or `wss://`.
  public init(
    _ options: VirtualDeviceOptions,
    onEvent: @escaping @Sendable (Event) -> Void = { _ in },
    onLink: @escaping @Sendable (LinkEvent) -> Void = { _ in }
  ) throws {
    let endpoint = try Endpoint(parsing: options.url)
    guard endpoint.scheme.isWebSocket else { throw Refusal.badPrefix }
    self.options = options
    self.endpoint = endpoint
    tell = onEvent
    host = DeviceHost(options, onEvent: onEvent, onLink: onLink)
  }

  /// How its outputs are.
  public var outputs: [Output] { get async { await host.outputs() } }

  /// Boots and lives until cancelled: connects, and again after pauses that grow from 1 to 30 s.
  ///
  /// - Throws: What the flash or the trace says: a device whose flash fails is off and dead. `Died` after a fault.
  public func run() async throws {
    try await host.boot()
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await self.passTime() }
        group.addTask { try await self.stayConnected() }
        defer { group.cancelAll() }
        try await group.next()
      }
    } catch is CancellationError {
      return
    }
  }

  private func passTime() async throws {
    while true { try await Task.sleep(for: .milliseconds(try await host.tick())) }
  }

  private func stayConnected() async throws {
    var pauseMS = options.backoffMS.lowerBound
    while true {
      let began = Clocks.steadyMS
      tell(.connecting)
      let reason = try await reasonOfEnd()
      try Task.checkCancellation()
      tell(.disconnected(reason))
      try await host.disconnected()
      if Clocks.steadyMS - began > 5_000 { pauseMS = options.backoffMS.lowerBound }
      try await Task.sleep(for: .milliseconds(pauseMS))
      pauseMS = min(pauseMS * 2, options.backoffMS.upperBound)
    }
  }

  /// Has one connection and says why it ended, or why there was none.
  ///
  /// - Throws: What ends the device as well.
  private func reasonOfEnd() async throws -> String {
    do {
      try await live()
      return "the server closed it"
    } catch is LinkLost {
      return "the device closed it"
    } catch {
      if error is Died || error is FlashError || error is CancellationError { throw error }
      return "\(error)"
    }
  }

  /// The device, or a fault of it, ends the connection.
  private struct LinkLost: Error {}

  /// One connection, from its first byte to its end.
  private func live() async throws {
    var client = WebSocketClientOptions()
    client.subprotocol = "\(LinkTransport.subprotocol)"
    client.trustedCAFile = options.trustedCAFile
    client.maxMessageBytes = 4_096
    // The link has its own pings.
    client.pingEveryMS = nil
    let (host, slowMS) = (host, options.faults.slowMS)
    try await WebSocketClient.withConnection(to: endpoint, options: client) { connection in
      let (errands, outbox) = AsyncStream<DeviceBody.Errand>.makeStream(bufferingPolicy: .bufferingOldest(256))
      tell(.connected)
      // Before anything is read: a challenge that comes first would not be heard, and the session would wait for the next.
      try await host.connected(outbox)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for await errand in errands {
            guard case .send(let frame, let dies) = errand else {
              connection.drop()
              throw LinkLost()
            }
            try await connection.send(utf8: frame)
            if dies { throw await host.die() }
          }
        }
        group.addTask {
          for try await text in connection.messages {
            if slowMS > 0 { try await Task.sleep(for: .milliseconds(slowMS)) }
            try await host.receive(Array(text.readableBytesView))
          }
        }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
  }
}

extension VirtualDevice {
  /// One output.
  public struct Output: Hashable, Sendable {
    /// Its number.
    public let number: UInt8
    /// The highest command it took; 0 before the first.
    public let command: UInt64
    /// How it is, in the words of the device link: `idle`, `running`, `done` and so on.
    public let says: String
    /// What is left to run, milliseconds.
    public let leftMS: UInt64

    init(_ report: ChannelReport) {
      self.init(
        number: report.channel,
        command: report.number,
        says: report.says.string,
        leftMS: report.leftMS ?? 0
      )
    }

    /// An output.
    public init(number: UInt8, command: UInt64, says: String, leftMS: UInt64) {
      self.number = number
      self.command = command
      self.says = says
      self.leftMS = leftMS
    }

    /// The same output some milliseconds later, if nothing else happened.
    public func after(_ ms: Int64) -> Output {
      let passed = UInt64(max(0, ms))
      return Output(number: number, command: command, says: says, leftMS: leftMS - min(leftMS, passed))
    }
  }
}
