import Coinslot

/// What only the slots together, beside the devices, can show.
extension ConfigReader {
  /// Names of devices among which the one that somebody meant is looked for.
  private static let mostNames = 200

  func check(_ slots: [ReadSlot], devices: [DeviceID: Config.Device]) {
    checkNames(slots)
    checkAccounts(slots)
    for slot in slots { checkDevice(slot, known: devices) }
  }

  private func checkNames(_ slots: [ReadSlot]) {
    var first: [SlotID: ConfigPlace] = [:]
    for slot in slots {
      guard let id = slot.id else { continue }
      if let place = first[id] {
        notes.error(slot.idPlace, "\(slot.path).id", "another slot is called \"\(id)\"", hint: "see \(place.brief)")
      } else {
        first[id] = slot.idPlace
      }
    }
  }

  /// Money at an account must mean one slot: at most one that needs no quote may use it, and an account of a quote's
  /// own belongs to nobody else.
  private func checkAccounts(_ slots: [ReadSlot]) {
    var shared: [Account: ConfigPlace] = [:]
    var signs: Set<Account> = []
    for slot in slots {
      for option in slot.options {
        signs.insert(option.account)
        guard option.tellApart == .nothing else { continue }
        if let place = shared[option.account] {
          notes.error(
            option.place,
            option.path,
            "another slot is paid at this account, and nothing tells their money apart",
            hint: "see \(place.brief); use another account, or tell_apart: low_digits on one of them"
          )
        } else {
          shared[option.account] = option.place
        }
      }
    }
    var owned: [Account: ConfigPlace] = [:]
    for slot in slots {
      for option in slot.options {
        // The address of its own sign is checked line by line while the file is read.
        if let account = option.quoteAccounts.first(where: { signs.contains($0) && $0 != option.account }) {
          notes.error(
            option.accountsPlace,
            option.path,
            "lists \(account), which a slot's sign shows",
            hint: "a quote needs an account of its own"
          )
        }
        if let account = option.quoteAccounts.first(where: { owned[$0] != nil }), let place = owned[account] {
          notes.error(
            option.accountsPlace,
            option.path,
            "lists \(account), which another slot lists too",
            hint: "see \(place.brief)"
          )
        }
        for account in option.quoteAccounts { owned[account] = option.accountsPlace }
      }
    }
  }

  private func checkDevice(_ slot: ReadSlot, known: [DeviceID: Config.Device]) {
    guard let id = slot.device else { return }
    guard let device = known[id] else {
      // Enough to catch a slip of the pen; a file of thousands is written by a program.
      let names = notes.isFull ? [] : known.keys.map(\.rawValue).sorted().prefix(Self.mostNames)
      let meant =
        NearestWord.find(id.rawValue, among: names).map {
          "did you mean \"\($0)\"? Else "
        } ?? ""
      notes.warning(
        slot.devicePlace,
        "\(slot.path).does.device",
        "no device here is called \"\(id)\"",
        hint: "\(meant)add it: coinslot device add \(id)"
      )
      return
    }
    checkOutputs(slot, of: device)
    let lines = slot.options.compactMap(\.price).flatMap(\.lines)
    if let longest = device.longestMS {
      let most = DurationText.text(Int64(clamping: longest))
      for line in lines where line.ms > longest {
        let sold = DurationText.text(Int64(clamping: line.ms))
        notes.error(
          line.msPlace,
          line.path,
          longest == device.maxOnMS
            ? "sells \(sold), but device \"\(id)\" stops by itself after \(most)"
            : "sells \(sold), but the off-timer of device \"\(id)\" ends after \(most)",
          hint: longest == device.maxOnMS
            ? "sell less time, or raise max_on where the machine bears it" : "sell less time"
        )
      }
    }
    for line in lines where line.ms == 0 {
      let purchase = Purchase(ms: 0, function: line.function)
      guard let output = slot.effect?.output(for: purchase).number, device.needsTime(output) else { continue }
      notes.error(line.atPlace, line.path, "sells no time, and this needs one", hint: "write how long: gives: 30min")
    }
  }

  private func checkOutputs(_ slot: ReadSlot, of device: Config.Device) {
    guard let known = device.outputs else { return }
    let numbers = known.sorted()
    let isRow = numbers == (0..<numbers.count).map { UInt8(clamping: $0) }
    let list = numbers.map(String.init).joined(separator: ", ")
    let have =
      numbers.count == 1 ? "only channel \(list)" : "channels \(isRow ? "0 to \(numbers.count - 1)" : list)"
    for output in slot.outputs where !numbers.contains(output.number) {
      notes.error(
        output.place,
        output.path,
        "device \"\(device.id)\" has no channel \(output.number)",
        hint: "it has \(have)"
      )
    }
  }
}
