import Cryptography
import Foundation

/// Measures every suite, or those named, prints a table and, where asked, writes it as JSON.
///
/// `bench [--long] [--disk FOLDER] [--json FILE] [--thresholds FILE] [SUITE …]`; ends with 1 where a threshold is broken.
@main
enum Main {
  static let suites = ["scan", "signature", "lookup", "commits", "admission", "latency", "idle"]

  static func main() async throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    try Sodium.start()
    if arguments.first == "crowd" { return try await Idle.live(Array(arguments.dropFirst())) }
    if arguments.first == "callbacks" { return Money.printCallbacks(arguments.dropFirst().compactMap { Int($0) }) }
    let isLong = take("--long", from: &arguments)
    let disk = value("--disk", from: &arguments) ?? FileManager.default.currentDirectoryPath
    let json = value("--json", from: &arguments), thresholds = value("--thresholds", from: &arguments)
    guard arguments.allSatisfy(suites.contains) else {
      print("suites: \(suites.joined(separator: " "))")
      exit(2)
    }
    let wanted = arguments.isEmpty ? suites : arguments
    var report = Report()
    print("\(report.machine), load \(report.loadBefore)\n\n\(Report.head)")
    for suite in wanted {
      switch suite {
      case "scan": Looking.scan(into: &report)
      case "signature": Looking.signature(into: &report)
      case "lookup": Looking.lookup(into: &report)
      case "commits": try await Writing.commits(into: &report, disk: disk)
      case "admission":
        try await Writing.growth(into: &report, disk: disk, sizes: [1_000, 100_000] + (isLong ? [10_000_000] : []))
      case "latency": try await Latency.measure(into: &report, disk: disk)
      default: try await Idle.measure(into: &report, disk: disk, devices: 1_000)
      }
    }
    report.loadAfter = Machine.load
    print("\nload afterwards \(report.loadAfter)")
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(report).write(to: URL(filePath: json))
    }
    guard let thresholds, wanted == suites else { return }
    let kept = try JSONDecoder().decode([String: Threshold].self, from: Data(contentsOf: URL(filePath: thresholds)))
    let broken = report.broken(by: kept)
    for line in broken { print("threshold: \(line)") }
    if !broken.isEmpty { exit(1) }
  }

  private static func take(_ flag: String, from arguments: inout [String]) -> Bool {
    guard let index = arguments.firstIndex(of: flag) else { return false }
    arguments.remove(at: index)
    return true
  }

  private static func value(_ flag: String, from arguments: inout [String]) -> String? {
    guard let index = arguments.firstIndex(of: flag), index + 1 < arguments.count else { return nil }
    defer { arguments.removeSubrange(index...index + 1) }
    return arguments[index + 1]
  }
}
