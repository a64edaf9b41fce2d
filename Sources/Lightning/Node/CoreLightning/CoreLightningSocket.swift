package import NIOCore
import NIOPosix
import Synchronization

/// The unix socket of a Core Lightning node.
///
/// Whoever can open it can spend all the node has; clnrest with a rune can be held to what is needed.
///
/// Two connections: one for what the node does at once, one for waits, since a node that streams a long answer reads
/// nothing else on that connection. A connection that ended is replaced at the next call; nothing is sent twice.
package final class CoreLightningSocket: CoreLightningTransport {
  private let path: String
  private let short: Lane
  private let waiting: Lane

  /// The socket at `path`, usually `~/.lightning/bitcoin/lightning-rpc`; not opened before it is used.
  package init(path: String, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
    self.path = path
    short = Lane(path, on: group.next())
    waiting = Lane(path, on: group.next())
  }

  package func carry(
    _ request: CoreLightningRequest,
    within seconds: Int,
    isWait: Bool
  ) async throws(NodeFailure) -> CoreLightningOutcome {
    let connection = try await (isWait ? waiting : short).connection()
    return try await connection.ask(request, within: seconds)
  }

  /// Closes both connections; a later call opens them again.
  package func close() async {
    await short.close()
    await waiting.close()
  }
}

/// One connection that is replaced when it has ended.
private final class Lane: Sendable {
  private let path: String
  private let eventLoop: any EventLoop
  /// The connection that is open or being opened, and its number.
  private let current = Mutex<(connection: EventLoopFuture<CoreLightningConnection>, number: UInt64)?>(nil)
  private let count = Atomic<UInt64>(0)

  init(_ path: String, on eventLoop: any EventLoop) {
    self.path = path
    self.eventLoop = eventLoop
  }

  func connection() async throws(NodeFailure) -> CoreLightningConnection {
    do {
      let (connection, number) = opening()
      let known = try await connection.get()
      guard !known.isOpen else { return known }
      // It ended just now, and the news of it are on their way.
      forget(number)
      return try await opening().connection.get()
    } catch let failure as NodeFailure {
      throw failure
    } catch {
      throw .away("the node's socket cannot be opened (\(type(of: error)))")
    }
  }

  func close() async {
    let future = current.withLock { current in
      defer { current = nil }
      return current?.connection
    }
    guard let connection = try? await future?.get() else { return }
    await connection.close()
  }

  private func opening() -> (connection: EventLoopFuture<CoreLightningConnection>, number: UInt64) {
    let path = path
    let eventLoop = eventLoop
    let number = count.add(1, ordering: .relaxed).newValue
    let opened = current.withLock { current in
      if let current { return current }
      let new = (connection: eventLoop.flatSubmit { CoreLightningConnection.open(path, on: eventLoop) }, number: number)
      current = new
      return new
    }
    guard opened.number == number else { return opened }
    opened.connection.whenComplete { result in
      switch result {
      case .success(let connection): connection.closed.whenComplete { _ in self.forget(number) }
      case .failure: self.forget(number)
      }
    }
    return opened
  }

  /// The connection with this number is of no more use.
  private func forget(_ number: UInt64) {
    current.withLock { current in
      if current?.number == number { current = nil }
    }
  }
}
