import Foundation

/// One line of the result: a figure of ours, the yardstick of the same run, and their ratio.
struct Line: Codable {
  /// What the threshold is kept under.
  let name: String
  /// Ours.
  let value: Double
  let unit: String
  /// What it is held against; nil where the figure stands by itself.
  var against: String?
  var yardstick: Double?
  /// Ours ÷ the yardstick.
  var ratio: Double?

  init(_ name: String, _ value: Double, _ unit: String, against: String? = nil, _ yardstick: Double? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
    self.against = against
    self.yardstick = yardstick
    ratio = yardstick.map { value / $0 }
  }
}

/// All lines of a run, with what else the machine did.
struct Report: Codable {
  var machine = Machine.text
  var loadBefore = Machine.load
  var loadAfter = ""
  var lines: [Line] = []

  /// Adds a line and shows it at once.
  mutating func add(_ line: Line) {
    lines.append(line)
    print(Self.row(line))
    fflush(nil)
  }

  static let head = """
    | what | ours | unit | against | yardstick | ratio |
    |---|--:|---|---|--:|--:|
    """

  private static func row(_ line: Line) -> String {
    let yardstick = line.yardstick.map(short) ?? "–", ratio = line.ratio.map(short) ?? "–"
    return "| \(line.name) | \(short(line.value)) | \(line.unit) | \(line.against ?? "–") | \(yardstick) | \(ratio) |"
  }

  private static func short(_ value: Double) -> String {
    value >= 100 ? String(format: "%.0f", value) : String(format: "%.3g", value)
  }

  /// The lines that are beyond their threshold, each with what is allowed.
  ///
  /// A threshold is the most a ratio may be, or the least; a name without a line is an error too: a check that no longer
  /// checks must not go unnoticed.
  func broken(by thresholds: [String: Threshold]) -> [String] {
    thresholds.sorted { $0.key < $1.key }.compactMap { name, threshold in
      guard let line = lines.first(where: { $0.name == name }), let figure = line.ratio else {
        return "\(name): not measured"
      }
      if let most = threshold.most, figure > most { return "\(name): \(Self.short(figure)) is above \(most)" }
      if let least = threshold.least, figure < least { return "\(name): \(Self.short(figure)) is below \(least)" }
      return nil
    }
  }
}

/// What a ratio may be.
struct Threshold: Codable {
  var most: Double?
  var least: Double?
}

/// Where and beside what it was measured.
enum Machine {
  static var text: String {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return "\(cores) cores, \(ProcessInfo.processInfo.operatingSystemVersionString)"
  }

  static var load: String {
    (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").prefix(3)
      .joined(separator: " ") ?? "unknown"
  }

  /// Memory of this process that is not shared with another program, bytes; 0 where it cannot be read.
  static var residentBytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let fields = text.split(separator: " ").compactMap { Int($0) }
    return fields.count > 1 ? fields[1] * 4_096 : 0
  }
}
