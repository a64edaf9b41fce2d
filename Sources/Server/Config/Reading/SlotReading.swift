import Coinslot

/// A slot as it was read, with the places that later checks point to.
struct ReadSlot {
  let id: SlotID?
  let idPlace: ConfigPlace
  let path: String
  let device: DeviceID?
  let devicePlace: ConfigPlace
  let channel: UInt8
  let channelPlace: ConfigPlace
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
  func slot(_ section: ConfigSection, chains: [String: Chain]) -> ReadSlot {
    let id: SlotID? = section.needed("id", why: "write a name, such as id: charger") { text throws(Wrong) in
      try WordText.name(text)
    }
    let title = section.value("title", default: id?.rawValue ?? "", standard: id?.rawValue ?? "", WordText.title)
    let options = pay(section, chains: chains)
    var isTimed = true
    if case .functions? = options.first?.price?.rule { isTimed = false }
    let does = does(section, functionChannels: options.first?.price?.functionChannels ?? [:], isTimed: isTimed)
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
      channel: does.effect?.channel ?? 0,
      channelPlace: does.channelPlace,
      options: options,
      slot: slot
    )
  }

  private func does(_ section: ConfigSection, functionChannels: [String: UInt8], isTimed: Bool) -> (
    effect: Slot.Effect?, device: DeviceID?, place: ConfigPlace, channelPlace: ConfigPlace
  ) {
    let example = "does: { device: charger-1, channel: 0 }"
    if !section.has("does") {
      notes.error(section.place, section.path, "\"does\" is missing", hint: "write \(example)")
    }
    guard let does = section.section("does", like: example) else {
      return (nil, nil, section.place(of: "does"), section.place)
    }
    let device: DeviceID? = does.needed("device", why: "write the machine's name, device: charger-1") {
      text throws(Wrong) in try WordText.name(text)
    }
    let channel = does.value("channel", default: 0, standard: "0") { text throws(Wrong) in
      try WordText.integer(text, in: 0...255)
    }
    // Paid time goes on after a power cut; a single deed must not happen twice.
    let once = does.value("once", default: !isTimed, standard: isTimed ? "false" : "true", WordText.bool)
    let pulse = does.value("pulse", default: 500, standard: "500ms") { text throws(Wrong) in
      try DurationText.ms(text, in: 1...3_600_000)
    }
    does.refuse(
      ["open", "letter", "webhook", "command", "grant"],
      because: "this effect is not supported by this version, which drives devices"
    )
    does.end()
    let effect = device.map {
      Slot.Effect(
        device: $0,
        channel: UInt8(channel),
        functionChannels: functionChannels,
        once: once,
        pulseMS: UInt64(pulse)
      )
    }
    return (effect, device, does.place(of: "device"), does.place(of: "channel"))
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
