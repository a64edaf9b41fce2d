/// Where a record is kept.
///
/// Each kind alternates between two places, so a write that power cuts short spoils only the older one.
public enum RecordPlace: Hashable, Sendable {
  /// The boot number; slot 0 or 1.
  case boot(slot: UInt8)
  /// An output; slot 0 or 1.
  case channel(UInt8, slot: UInt8)
}
