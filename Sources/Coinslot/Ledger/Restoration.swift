/// What a restore from a backup means for what the backup shows as open, decided purely.
///
/// The backup ends before the restore, so whatever it shows as open may have been carried out since, under a number that
/// the backup does not know. None of it is ever offered again.
public enum Restoration {
  /// How far event numbers jump at a restore: beyond what the lost ledger can have told, so that who resumes an event
  /// stream notices and starts anew.
  public static let eventGap: Int64 = 1_000_000

  /// The end of a piece of open work at a restore.
  ///
  /// - `waiting` is `held`: it had no number yet, so no device can ever tell what became of it; a person decides, and the
  ///   money waits for them. It is not `expired`: that needs proof.
  /// - `offered` and `doubt` are `unknown`: they have a number, and what the device says of it when it greets still
  ///   corrects the end.
  /// - `accepted` is `unknown` too: it started, how it ended the device may still say. What runs there goes on.
  public static func ended(_ dispatch: Dispatch, atMS nowMS: Int64) -> Dispatch {
    switch dispatch.state {
    case .waiting: dispatch.ended(.held, "restored", atMS: nowMS)
    case .offered, .doubt, .accepted: dispatch.ended(.unknown, "restored", atMS: nowMS)
    case .settled: dispatch
    }
  }
}
