import ArgumentParser
import Primitives

struct DeviceTrigger: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trigger",
    abstract: "Run an output without a payment, as a test.",
    discussion: """
      Recorded as a test and never counted as revenue. Waits until the device says that it started.

      Examples:
        coinslot device trigger charger-1 --test --seconds 5
        coinslot device trigger charger-1 --test --channel 1 --ms 300
      """
  )

  @Argument(help: "The device.")
  var device: String

  @Flag(help: "Needed: without a payment every run is a test.")
  var test = false

  @Option(help: "The output.")
  var channel: UInt8 = 0

  @Option(help: "How long, seconds; 1 unless given.")
  var seconds: UInt64?

  @Option(help: "How long, milliseconds.")
  var ms: UInt64?

  @OptionGroup var wait: WaitOptions
  @OptionGroup var server: ServerOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard test else { throw ValidationError("Say --test: without a payment every run is a test.") }
    guard seconds == nil || ms == nil else { throw ValidationError("Give --seconds or --ms, not both.") }
    guard (1...86_400_000).contains(time) else { throw ValidationError("At most a day, and at least a millisecond.") }
  }

  private var time: UInt64 { ms ?? min(seconds ?? 1, 1_000_000) * 1_000 }

  func run() async throws {
    let client = try server.client()
    let answer = try await client.post(
      "/v1/devices/\(ServerClient.escaped(device))/trigger",
      ["channel": .number(channel), "ms": .number(time)],
      isDryRun: change.dryRun
    )
    guard !change.dryRun else {
      return output.isJSON ? Standard.json(answer) : Standard.line("would run \(device)/\(channel) for \(time) ms")
    }
    try await wait.follow(answer, client: client, output: output)
  }
}

struct DeviceStop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "End what runs on an output.",
    discussion: """
      What was paid for ends as `partly`; waits until the device says that it stopped.

      Examples:
        coinslot device stop charger-1
        coinslot device stop charger-1 --channel 1
      """
  )

  @Argument(help: "The device.")
  var device: String

  @Option(help: "The output.")
  var channel: UInt8 = 0

  @OptionGroup var wait: WaitOptions
  @OptionGroup var server: ServerOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = try server.client()
    let answer = try await client.post(
      "/v1/devices/\(ServerClient.escaped(device))/stop",
      ["channel": .number(channel)],
      isDryRun: change.dryRun
    )
    guard !change.dryRun else {
      return output.isJSON ? Standard.json(answer) : Standard.line("would stop \(device)/\(channel)")
    }
    try await wait.follow(answer, client: client, output: output)
  }
}

/// Whether to wait for what the device says.
struct WaitOptions: ParsableArguments {
  @Flag(help: "Do not wait for the device's answer.")
  var noWait = false

  @Option(help: "How long to wait for the device's answer, seconds, up to 600.")
  var wait: Int = 10

  func validate() throws {
    guard (0...600).contains(wait) else { throw ValidationError("--wait: from 0 to 600 seconds.") }
  }

  /// Follows work until it started or ended, shows it, and fails where it did neither.
  ///
  /// - Throws: `Failure.unknown` where the device has not answered in time, `.failed` where it ended otherwise than done.
  func follow(_ dispatch: JSONValue, client: ServerClient, output: OutputOptions) async throws {
    var row = dispatch
    if !noWait, let id = dispatch["id"]?.string {
      row = try await Progress.during("waiting for \(DispatchCommand.place(dispatch))") { _ in
        let end = ContinuousClock.now + .seconds(wait)
        var row = dispatch
        while !Self.isAnswered(row), ContinuousClock.now < end {
          try await Task.sleep(for: .milliseconds(200))
          row = try await client.get("/v1/dispatches/\(ServerClient.escaped(id))")
        }
        return row
      }
    }
    output.isJSON ? Standard.json(row) : Standard.line(DispatchCommand.sheet(row))
    guard !noWait else { return }
    guard Self.isAnswered(row) else {
      throw Failure(
        .unknown,
        "the device has not answered in \(wait) s",
        hint: "it may still start before its deadline: coinslot dispatch show \(row["id"]?.string ?? "")"
      )
    }
    if let outcome = row["outcome"]?.string, outcome != "done" {
      let reason = row["reason"]?.string.map { " (\($0))" } ?? ""
      throw Failure(outcome == "unknown" ? .unknown : .failed, "it ended as \(outcome)\(reason)")
    }
  }

  private static func isAnswered(_ row: JSONValue) -> Bool {
    row["state"]?.string == "accepted" || row["state"]?.string == "settled"
  }
}
