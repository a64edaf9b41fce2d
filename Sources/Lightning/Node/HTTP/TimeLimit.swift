/// Ends what takes too long.
enum TimeLimit {
  /// It took too long, and was cancelled.
  struct Passed: Error {}

  /// What `body` gives, where it does within `milliseconds`; it is cancelled then, and waited for.
  ///
  /// - Throws: `Passed`, or what `body` throws.
  static func run<Result: Sendable>(
    milliseconds: Int64,
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: .milliseconds(milliseconds))
        throw Passed()
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw Passed() }
      return first
    }
  }
}
