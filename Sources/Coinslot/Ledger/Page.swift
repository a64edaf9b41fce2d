/// A place in a list and how much of it.
public struct Page: Hashable, Sendable {
  /// What the page before gave as `next`; nil for the first page.
  public let cursor: String?
  /// At most this many, 1 … 200.
  public let limit: Int

  /// A page; the limit is held within its bounds.
  public init(cursor: String? = nil, limit: Int = 50) {
    self.cursor = cursor
    self.limit = min(200, max(1, limit))
  }
}

/// One page of a list.
public struct Paged<Element: Sendable>: Sendable {
  /// The elements.
  public let data: [Element]
  /// Where the next page starts; nil at the end.
  public let next: String?

  /// A page.
  public init(data: [Element], next: String?) {
    self.data = data
    self.next = next
  }
}
