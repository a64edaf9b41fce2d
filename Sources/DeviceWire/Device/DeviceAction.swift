/// What the device must do now.
///
/// Actions come as a list and are carried out in its order.
///
/// ## On failure
/// A write must have reached the flash before the next action starts: the order of write and output is what keeps a
/// pulse from happening twice. Where a write fails, carry out none of the rest, switch every output off and boot again.
/// Where an output cannot be switched on, leave out the writes of that output that follow, carry out the rest, then tell
/// `DeviceCore.outputFailed`: a start that did not happen must not stand in the flash as one that did.
public enum DeviceAction: Hashable, Sendable {
  /// Keep these bytes at this place.
  case write(RecordPlace, [UInt8])
  /// Switch an output.
  case output(UInt8, isOn: Bool)
  /// Send a text.
  case send([UInt8])
  /// Close the connection, then connect anew.
  case close
}
