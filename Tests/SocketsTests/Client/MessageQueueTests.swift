import NIOCore
import Synchronization
import Testing

@testable import Sockets

@Suite struct MessageQueueTests {
  private func message(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

  @Test func givesInOrderAndEnds() async throws {
    let queue = MessageQueue(max: 10) {}
    #expect(queue.offer(message("a")))
    #expect(queue.offer(message("b")))
    queue.finish(nil)
    _ = queue.offer(message("too late"))
    #expect(try await queue.next() == message("a"))
    #expect(try await queue.next() == message("b"))
    #expect(try await queue.next() == nil)
    #expect(try await queue.next() == nil)
  }

  @Test func givesWhatIsThereBeforeTheError() async throws {
    let queue = MessageQueue(max: 10) {}
    _ = queue.offer(message("a"))
    queue.finish(.lost)
    queue.finish(nil)
    #expect(try await queue.next() == message("a"))
    await #expect(throws: WebSocketClientError.lost) { try await queue.next() }
    await #expect(throws: WebSocketClientError.lost) { try await queue.next() }
  }

  @Test func saysWhenItIsFullAndWhenThereIsRoomAgain() async throws {
    let rooms = Mutex(0)
    let queue = MessageQueue(max: 4) { rooms.withLock { $0 += 1 } }
    #expect((0..<4).map { queue.offer(message("\($0)")) } == [true, true, true, false])
    #expect(queue.offer(message("4")) == false, "what was cut already is kept")
    for _ in 0..<2 { _ = try await queue.next() }
    #expect(rooms.withLock { $0 } == 0)
    _ = try await queue.next()
    #expect(rooms.withLock { $0 } == 1)
    for _ in 0..<2 { _ = try await queue.next() }
    #expect(rooms.withLock { $0 } == 1)
  }

  @Test func readersWait() async throws {
    let queue = MessageQueue(max: 4) {}
    async let first = queue.next()
    async let second = queue.next()
    for text in ["a", "b"] { #expect(queue.offer(message(text))) }
    #expect(try await Set([first, second]) == [message("a"), message("b")])
    let third = Task { try await queue.next() }
    queue.finish(.noPong)
    await #expect(throws: WebSocketClientError.noPong) { try await third.value }
  }

  @Test func aCancelledReaderLeavesNoMessageBehind() async throws {
    let queue = MessageQueue(max: 4) {}
    let reader = Task { try await queue.next() }
    reader.cancel()
    await #expect(throws: CancellationError.self) { try await reader.value }
    _ = queue.offer(message("a"))
    #expect(try await queue.next() == message("a"))
  }
}
