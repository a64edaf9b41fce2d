import ArgumentParser

/// How results are shown.
struct OutputOptions: ParsableArguments {
  @Flag(name: .customLong("json"), help: "Print JSON, also on a terminal.")
  var wantsJSON = false

  /// Whether a program reads the results.
  var isJSON: Bool { wantsJSON || !Standard.isOutputTerminal }
}

/// What a change is asked with.
struct ChangeOptions: ParsableArguments {
  @Flag(help: "Say what would happen, and change nothing.")
  var dryRun = false
}
