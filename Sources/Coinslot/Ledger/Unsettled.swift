/// How much waits for a person or a machine, and since when.
public struct Unsettled: Hashable, Sendable {
  /// Some things that wait.
  public struct Pile: Hashable, Sendable {
    /// How many.
    public let count: Int
    /// Since when the oldest waits, wall-clock milliseconds; nil where nothing does.
    public let oldestMS: Int64?

    /// A pile; empty unless told otherwise.
    public init(count: Int = 0, oldestMS: Int64? = nil) {
      self.count = count
      self.oldestMS = oldestMS
    }
  }

  /// Sales of which nobody can tell whether they happened, since they ended.
  public var unknown = Pile()
  /// Sales whose payer is owed the money, since they ended.
  public var refundDue = Pile()
  /// Sales that are kept for the operator, since they ended.
  public var held = Pile()
  /// Payments that are kept for the operator and belong to no sale, since they were recorded.
  public var heldAlone = Pile()
  /// Pieces of work that have not ended, since they were made.
  public var openWork = Pile()
  /// Pieces of work that should have started by now and were not answered, since their deadline.
  public var overdue = Pile()

  /// Nothing waits.
  public init() {}
}
