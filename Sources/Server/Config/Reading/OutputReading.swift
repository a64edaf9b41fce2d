import Coinslot

/// What a slot's outputs may be called: numbers, or the names that its machine gives them.
struct OutputNames {
  /// The machine; nil where it is not in the file.
  let device: Config.Device?
  private let names: [String: UInt8]

  init(_ device: Config.Device?) {
    self.device = device
    names = device?.outputNames ?? [:]
  }

  /// Whether the machine's outputs have names, so that a function without one of them is a slip.
  var areNamed: Bool { !names.isEmpty }
  var known: [String] { names.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key) }

  subscript(_ name: String) -> UInt8? { names[name] }

  /// The output that a text means.
  func output(_ text: String) throws(Wrong) -> UInt8 {
    if let output = names[text] { return output }
    guard areNamed, !text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return UInt8(try WordText.integer(text, in: 0...255))
    }
    throw Wrong("\"\(text)\" is nothing that the machine can be told", hint: NearestWord.hint(text, among: known))
  }
}

/// An output that a slot uses, with the place that later checks point to.
struct UsedOutput {
  let number: UInt8
  let place: ConfigPlace
  let path: String
}

extension ConfigReader {
  /// Which output each function of a slot uses: said with the price, or by `functions` of `does`, or by having the name
  /// of something that the machine can be told.
  func functionOutputs(
    _ does: ConfigSection,
    prices: [ReadPrice],
    names: OutputNames
  ) -> (channels: [String: UInt8], used: [UsedOutput]) {
    var channels: [String: UInt8] = [:], used: [UsedOutput] = []
    let lines = prices.flatMap(\.lines).filter { $0.function != nil }
    for line in lines {
      guard let function = line.function, let channel = line.channel else { continue }
      used.append(UsedOutput(number: channel, place: line.channelPlace, path: "\(line.path).channel"))
      if let other = channels[function], other != channel {
        notes.error(
          line.channelPlace,
          "\(line.path).channel",
          "\"\(function)\" uses output \(other) on another network",
          hint: "one function has one output"
        )
      }
      channels[function] = channel
    }
    for (function, output) in mapping(does, functions: lines.compactMap(\.function), taken: channels, names: names) {
      channels[function] = output.number
      used.append(output)
    }
    guard names.areNamed, !does.has("channel") else { return (channels, used) }
    let said = does.keys(of: "functions")
    for line in lines {
      guard let function = line.function, channels[function] == nil, !said.contains(function) else { continue }
      if let own = names[function] {
        channels[function] = own
      } else {
        notes.error(
          line.functionPlace,
          "\(line.path).does",
          "the machine cannot be told to \"\(function)\"",
          hint: "say in does which of its names that is: functions: { \(function): \(names.known.first ?? "0") }"
        )
      }
    }
    return (channels, used)
  }

  private func mapping(
    _ does: ConfigSection,
    functions: [String],
    taken: [String: UInt8],
    names: OutputNames
  ) -> [(String, UsedOutput)] {
    let key = "functions"
    guard let node = does.node(key) else { return [] }
    guard case .map(let entries) = node.content else {
      does.error(key, "must be a section", hint: "write functions: { flash: \(names.known.first ?? "1") }")
      return []
    }
    let path = does.path(of: key)
    return entries.prefix(PriceReading.mostLines).compactMap { entry in
      let each = ConfigSection([entry], path: path, place: node.place, notes: notes)
      let output = each.value(entry.key) { text throws(Wrong) in try names.output(text) }
      guard functions.contains(entry.key) else {
        notes.error(
          entry.place,
          path,
          "no amount does \"\(entry.key)\"",
          hint: NearestWord.hint(entry.key, among: functions)
        )
        return nil
      }
      guard taken[entry.key] == nil else {
        notes.error(entry.place, path, "the price says already which output \"\(entry.key)\" uses", hint: "keep one")
        return nil
      }
      return output.map {
        (entry.key, UsedOutput(number: $0, place: entry.value.place, path: "\(path).\(entry.key)"))
      }
    }
  }
}
