import Coinslot
import Synchronization

/// Carries what devices say to the books: in order for each device, many devices at a time, within bounds.
///
/// A few long-lived lanes do it for all connections; a device always uses the same lane.
///
/// ## On failure
/// What waits here is lost with the process. Devices say it again: the next hello and every ping show their outputs.
final class DeviceMailroom: Sendable {
  /// Work for the books.
  typealias Letter = @Sendable () async -> Void

  /// How many devices are served at a time, so that their transactions can share one sync of the disk.
  static let lanes = 32
  /// Letters that may wait in one lane.
  static let capacity = 2_048

  private let lanes: [(stream: AsyncStream<Letter>, entrance: AsyncStream<Letter>.Continuation)]

  init() {
    lanes = (0..<DeviceMailroom.lanes).map { _ in
      let (stream, entrance) = AsyncStream.makeStream(
        of: Letter.self,
        bufferingPolicy: .bufferingOldest(DeviceMailroom.capacity)
      )
      return (stream, entrance)
    }
  }

  /// Puts a letter into the device's lane; false where that is full or closed.
  func post(for device: DeviceID, _ letter: @escaping Letter) -> Bool {
    let lane = lanes[Int(UInt(bitPattern: device.hashValue) % UInt(lanes.count))]
    if case .enqueued = lane.entrance.yield(letter) { return true }
    return false
  }

  /// Takes no more letters; `run` returns once those that wait are delivered.
  func close() {
    for lane in lanes { lane.entrance.finish() }
  }

  /// Delivers until closed or cancelled; to be called once.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      for lane in lanes {
        group.addTask { for await letter in lane.stream { await letter() } }
      }
    }
  }
}
