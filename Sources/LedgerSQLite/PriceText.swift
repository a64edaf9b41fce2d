import Coinslot
import Primitives

/// A price rule as JSON text, amounts as decimal strings of smallest units.
///
/// ```
/// {"exact":{"at":"100","ms":600000}}
/// {"steps":[{"at":"100","ms":600000},{"at":"200","ms":1200000}]}
/// {"functions":[{"at":"100","ms":0,"function":"wash"}]}
/// {"rate":{"per_minute":"10","minimum":"10","cap_ms":3600000}}
/// ```
enum PriceText {
  /// The text of a rule; equal rules have equal texts.
  static func write(_ rule: PriceRule) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    switch rule {
    case .exact(let step):
      writer.key("exact")
      write(step, to: &writer)
    case .steps(let steps):
      writer.key("steps")
      write(steps, to: &writer)
    case .functions(let steps):
      writer.key("functions")
      write(steps, to: &writer)
    case .rate(let perMinute, let minimum, let capMS):
      writer.key("rate")
      writer.beginObject()
      writer.member("per_minute", perMinute.description)
      writer.member("minimum", minimum.description)
      writer.key("cap_ms")
      writer.number(capMS)
      writer.endObject()
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The rule of a text; nil for any text that `write` does not make.
  static func read(_ text: String) -> PriceRule? {
    guard let value = try? JSONValue(parsing: text), let member = value.object?.first, value.object?.count == 1 else {
      return nil
    }
    switch member.key {
    case "exact": return step(member.value).map { .exact($0) }
    case "steps": return steps(member.value).map { .steps($0) }
    case "functions": return steps(member.value).map { .functions($0) }
    case "rate":
      guard let perMinute = amount(member.value["per_minute"]), let minimum = amount(member.value["minimum"]),
        let capMS = member.value["cap_ms"]?.uint64
      else { return nil }
      return .rate(perMinute: perMinute, minimum: minimum, capMS: capMS)
    default: return nil
    }
  }

  private static func write(_ steps: [Step], to writer: inout JSONWriter) {
    writer.beginArray()
    for step in steps { write(step, to: &writer) }
    writer.endArray()
  }

  private static func write(_ step: Step, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("at", step.at.description)
    writer.key("ms")
    writer.number(step.gives.ms)
    if let function = step.gives.function { writer.member("function", function) }
    writer.endObject()
  }

  private static func steps(_ value: JSONValue) -> [Step]? {
    guard let elements = value.array else { return nil }
    let steps = elements.compactMap(step)
    return steps.count == elements.count ? steps : nil
  }

  private static func step(_ value: JSONValue) -> Step? {
    guard let at = amount(value["at"]), let ms = value["ms"]?.uint64 else { return nil }
    let function = value["function"]
    if let function, function.string == nil { return nil }
    return Step(at: at, gives: Purchase(ms: ms, function: function?.string))
  }

  private static func amount(_ value: JSONValue?) -> Amount? {
    guard let text = value?.string else { return nil }
    return try? Amount(units: text)
  }
}
