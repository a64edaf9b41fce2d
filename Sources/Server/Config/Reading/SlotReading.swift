import Coinslot

/// A slot as it was read, with the places that later checks point to.
struct ReadSlot {
  let id: SlotID?
  let idPlace: ConfigPlace
  let path: String
  let device: DeviceID?
  let devicePlace: ConfigPlace
  let effect: Slot.Effect?
  let outputs: [UsedOutput]
  let options: [ReadOption]
  let slot: Slot?
}

/// One chain that a slot takes, as it was read.
struct ReadOption {
  let account: Account
  let place: ConfigPlace
  let path: String
  let tellApart: Slot.TellApart
  let price: ReadPrice?
  /// Where the list of accounts for quotes is named, if it is.
  let accountsPlace: ConfigPlace
  let quoteAccounts: [Account]
}

extension ConfigReader {
  func slot(_ section: ConfigSection, networks: PayNetworks, devices: [DeviceID: Config.Device]) -> ReadSlot {
    let id: SlotID? = section.needed("id", why: "write a name, such as id: charger") { text throws(Wrong) in
      try WordText.name(text)
    }
    let title = section.value("title", default: id?.rawValue ?? "", standard: id?.rawValue ?? "", WordText.title)
    // The machine's names of its outputs are needed before it is asked for in its turn.
    let device = section.text(of: "does", "device").flatMap { DeviceID(rawValue: $0) }.flatMap { devices[$0] }
    let names = OutputNames(device)
    let options = pay(section, networks: networks, outputs: names)
    let does = does(section, prices: options.compactMap(\.price), names: names)
    let away = away(section)
    let whileRunning: Slot.WhileRunning = section.value("while_running", default: .extend, standard: "extend") {
      text throws(Wrong) in
      guard text != "replace" else {
        throw Wrong(
          "\"replace\" would let each payer end what the one before has paid for",
          hint: "use extend, queue or hold"
        )
      }
      return try WordText.choice(text)
    }
    func duration(_ key: String, _ standard: Int64, _ bounds: ClosedRange<Int64>) -> Int64 {
      section.value(key, default: standard, standard: DurationText.text(standard)) { text throws(Wrong) in
        try DurationText.ms(text, in: bounds)
      }
    }
    let resume = duration("resume_within", 600_000, 0...86_400_000)
    let quoteLife = duration("quote_life", 900_000, 60_000...86_400_000)
    section.end()
    var slot: Slot?
    let complete = options.compactMap { option in
      option.price.map {
        Slot.PayOption(
          account: option.account,
          price: $0.rule,
          tellApart: option.tellApart,
          quoteAccounts: option.quoteAccounts
        )
      }
    }
    if let id, let effect = does.effect, complete.count == options.count, !complete.isEmpty {
      slot = Slot(
        id: id,
        title: title,
        pay: complete,
        does: effect,
        ifAway: away,
        whileRunning: whileRunning,
        resumeWithinMS: resume,
        quoteLifeMS: quoteLife
      )
    }
    return ReadSlot(
      id: id,
      idPlace: section.place(of: "id"),
      path: section.path,
      device: does.device,
      devicePlace: does.place,
      effect: does.effect,
      outputs: does.outputs,
      options: options,
      slot: slot
    )
  }

  private func does(_ section: ConfigSection, prices: [ReadPrice], names: OutputNames) -> (
    effect: Slot.Effect?, device: DeviceID?, place: ConfigPlace, outputs: [UsedOutput]
  ) {
    let example = "does: { device: charger-1, channel: 0 }"
    if !section.has("does") {
      notes.error(section.place, section.path, "\"does\" is missing", hint: "write \(example)")
    }
    guard let does = section.section("does", like: example) else {
      return (nil, nil, section.place(of: "does"), [])
    }
    let device: DeviceID? = does.needed("device", why: "write the machine's name, device: charger-1") {
      text throws(Wrong) in try WordText.name(text)
    }
    let usual = names.device?.usualOutput ?? 0
    let channel = does.value("channel", default: usual, standard: "\(usual)") { text throws(Wrong) in
      try names.output(text)
    }
    let (functionChannels, functionOutputs) = functionOutputs(does, prices: prices, names: names)
    let isTimed = !prices.contains { if case .functions = $0.rule { true } else { false } }
    // Paid time goes on after a power cut; a single deed must not happen twice.
    let once = does.value("once", default: !isTimed, standard: isTimed ? "false" : "true", WordText.bool)
    let pulse = does.value("pulse", default: 500, standard: "500ms") { text throws(Wrong) in
      try DurationText.ms(text, in: 1...3_600_000)
    }
    does.refuse(
      ["open", "letter", "grant"],
      because: "this effect is not supported by this version, which drives devices"
    )
    does.refuse(
      ["webhook", "command"],
      because: "is a link of a device: describe it under devices, and name that device here"
    )
    does.end()
    let effect = device.map {
      Slot.Effect(
        device: $0,
        channel: channel,
        functionChannels: functionChannels,
        once: once,
        pulseMS: UInt64(pulse)
      )
    }
    let lines = prices.flatMap(\.lines)
    // Where each function has its own, the slot's output is not used.
    guard isTimed || lines.contains(where: { $0.function.map { functionChannels[$0] == nil } ?? true }) else {
      return (effect, device, does.place(of: "device"), functionOutputs)
    }
    if isTimed, names.known.count > 1, !does.has("channel") {
      notes.error(
        does.place,
        does.path,
        "does not say what the machine is told",
        hint: "write channel: and one of \(names.known.joined(separator: ", "))"
      )
    }
    let own = UsedOutput(number: channel, place: does.place(of: "channel"), path: does.path(of: "channel"))
    return (effect, device, does.place(of: "device"), [own] + functionOutputs)
  }

  private func away(_ section: ConfigSection) -> Slot.Away {
    let away = section.sectionOrEmpty("if_away", like: "if_away: { refuse: true, hold: 10min }")
    let refuse = away.value("refuse", default: true, standard: "true", WordText.bool)
    let hold = away.value("hold", default: 600_000, standard: "10min") { text throws(Wrong) in
      try DurationText.ms(text, in: 10_000...30 * 86_400_000)
    }
    away.end()
    return Slot.Away(refuse: refuse, holdMS: hold)
  }
}
