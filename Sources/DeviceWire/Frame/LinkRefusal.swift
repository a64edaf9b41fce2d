public import Primitives

/// Why a frame, or a whole session, is refused.
///
/// On a WebSocket each of them closes the connection; over MQTT the frame is dropped.
///
/// It never holds content of the frame, so it is safe to log.
public enum LinkRefusal: Error, Equatable, Sendable {
  /// More bytes than a frame has.
  case tooLong(Int)
  /// Not `MAC SP COUNTER SP JSON`.
  case malformed
  /// Not sealed with this key.
  case badMAC
  /// A counter that cannot follow the last one.
  case badCounter(last: UInt64, got: UInt64)
  /// Sealed rightly, but what is in it is no JSON.
  case notJSON(JSONRefusal)
  /// Something else came where the session must begin, or the session is not open yet.
  case noSession
  /// The challenge was answered too late or a second time.
  case staleChallenge
  /// No such device, or no such key of it (any more).
  case unknownKey
  /// The hello names another device than the channel it came by.
  case wrongDevice
}
