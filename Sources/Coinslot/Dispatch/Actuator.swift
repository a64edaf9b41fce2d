/// Something that carries work out into the world: the device link today.
///
/// It may be asked for the same number many times (the wire is at least once); the number makes it happen once.
public protocol Actuator: Sendable {
  /// The live session of a device, or nil where it is away.
  func session(of device: DeviceID) -> SessionEpoch?
  /// Hands an order to the wire of exactly that session.
  func perform(_ order: Order) async -> Performance
}

/// An order that has been committed and may now be sent.
public struct Order: Hashable, Sendable {
  /// The work; `number` is set.
  public let dispatch: Dispatch
  /// Its number on the channel.
  public let number: UInt64
  /// The session it was offered to; another one must not send it.
  public let epoch: SessionEpoch

  /// An order; nil where the dispatch has no number yet.
  public init?(_ dispatch: Dispatch, epoch: SessionEpoch) {
    guard let number = dispatch.number else { return nil }
    self.dispatch = dispatch
    self.number = number
    self.epoch = epoch
  }
}

/// What came of an order at the wire.
public enum Performance: Hashable, Sendable {
  /// It left; the answer comes later through `DeviceEars`.
  case sent
  /// The session is over or cannot take more.
  case away
}

/// Where the device link tells what devices say.
///
/// Implemented by the dispatcher.
public protocol DeviceEars: Sendable {
  /// A device said something about a number; false where it could not be recorded.
  ///
  /// Then the device must be made to say it again before it gets another number, which would hide this one: its link
  /// ends, and its next greeting tells.
  @discardableResult
  func heard(_ answer: Answer) async -> Bool
  /// A device connected and its session is open: waiting work may be offered.
  func arrived(_ device: DeviceID) async
  /// A device's session ended.
  func departed(_ device: DeviceID, lastSeenMS: Int64) async
}
