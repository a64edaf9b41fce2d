import Coinslot
import Lightning

extension ConfigReader {
  /// Where a slot takes money and what it costs there.
  func pay(_ section: ConfigSection, networks: PayNetworks, outputs: OutputNames) -> [ReadOption] {
    let example = "pay: { \(PayNetwork.nano.pay) }"
    if !section.has("pay") { notes.error(section.place, section.path, "\"pay\" is missing", hint: "write \(example)") }
    let taken = PayNetwork.allCases.filter { section.keys(of: "pay").contains($0.rawValue) }
    let prices = prices(section, on: taken.isEmpty ? [.nano] : taken, networks: networks, outputs: outputs)
    guard let pay = section.section("pay", like: example) else { return [] }
    pay.refuse(PayNetwork.later, because: PayNetwork.laterWords)
    let options = taken.compactMap { network -> ReadOption? in
      let node = pay.node(network.rawValue)
      guard let node else { return nil }
      guard let chain = networks.chain(of: network) else {
        guard !networks.written.contains(network.rawValue) else { return nil }
        pay.error(
          network.rawValue,
          "pays on a network that is not configured",
          hint: "add networks: { \(network.setup) }"
        )
        return nil
      }
      switch network {
      case .nano: return option(node, pay: pay, chain: chain, price: prices[network])
      case .lightning: return invoices(node, pay: pay, chain: chain, price: prices[network])
      }
    }
    if taken.isEmpty, !PayNetwork.later.contains(where: pay.has) {
      notes.error(pay.place, pay.path, "names no network", hint: "write \(example)")
    }
    pay.know(PayNetwork.allCases.map(\.rawValue))
    pay.end()
    return options
  }

  /// Lightning: the node makes an invoice for each customer, so nothing but yes need be said.
  private func invoices(_ node: ConfigNode, pay: ConfigSection, chain: Chain, price: ReadPrice?) -> ReadOption? {
    let key = PayNetwork.lightning.rawValue
    let isTaken = pay.value(key) { text throws(Wrong) -> Bool in
      guard text == "true" else {
        throw Wrong(
          text == "false"
            ? "false is said by leaving it out" : "takes no address: the node makes an invoice for each payer",
          hint: text == "false" ? "take it out" : "write lightning: true"
        )
      }
      return true
    }
    guard isTaken == true else { return nil }
    return ReadOption(
      account: Account(chain: chain, canonical: LightningConfig.nodeAddress),
      place: node.place,
      path: pay.path(of: key),
      tellApart: .invoice,
      price: price,
      accountsPlace: node.place,
      quoteAccounts: []
    )
  }

  private func option(_ node: ConfigNode, pay: ConfigSection, chain: Chain, price: ReadPrice?) -> ReadOption? {
    let path = pay.path(of: "nano")
    guard case .map(let entries) = node.content else {
      guard let account = pay.value("nano", { text throws(Wrong) in try self.account(text, on: chain) }) else {
        return nil
      }
      return ReadOption(
        account: account,
        place: node.place,
        path: path,
        tellApart: .nothing,
        price: price,
        accountsPlace: node.place,
        quoteAccounts: []
      )
    }
    let section = ConfigSection(entries, path: path, place: node.place, notes: notes)
    let account = section.needed("account", why: "write the address that the sign shows") { text throws(Wrong) in
      try self.account(text, on: chain)
    }
    let ways: NanoWay = section.value("tell_apart", default: .nothing, standard: "nothing") {
      text throws(Wrong) in try WordText.choice(text)
    }
    let tellApart = ways.tellApart
    let quoteAccounts = accounts(section, chain: chain, shared: account, tellApart: tellApart)
    section.end()
    if tellApart == .lowDigits, let price { checkRoom(price) }
    return account.map {
      ReadOption(
        account: $0,
        place: section.place(of: "account"),
        path: path,
        tellApart: tellApart,
        price: price,
        accountsPlace: section.place(of: "accounts_file"),
        quoteAccounts: quoteAccounts
      )
    }
  }

  /// How customers at one Nano address are told apart.
  private enum NanoWay: String, CaseIterable {
    case nothing
    case lowDigits = "low_digits"
    case ownAccount = "own_account"

    var tellApart: Slot.TellApart {
      switch self {
      case .nothing: .nothing
      case .lowDigits: .lowDigits
      case .ownAccount: .ownAccount
      }
    }
  }

  /// Unique low digits must not reach the next price.
  private func checkRoom(_ price: ReadPrice) {
    for line in price.lines {
      let next = price.rule.next(above: line.at)
      let room = LowDigits.room(price: line.at, next: next, asset: .nano)
      if room == 0 {
        notes.error(
          line.atPlace,
          line.path,
          "low_digits has no room between this price and the next",
          hint: "put at least \(Asset.nano.textWithUnit(LowDigits.step(of: .nano))) times the customers between them"
        )
      } else if room < 20 {
        notes.warning(
          line.atPlace,
          line.path,
          "low_digits can tell only \(room) customers apart here",
          hint: "put more between this price and the next"
        )
      }
    }
  }
}

// MARK: - Accounts for quotes

extension ConfigReader {
  /// Accounts that one file may list.
  private static let mostAccounts = 10_000

  /// The accounts in the file that `accounts_file` names, one a line, `#` begins a comment.
  private func accounts(
    _ section: ConfigSection,
    chain: Chain,
    shared: Account?,
    tellApart: Slot.TellApart
  ) -> [Account] {
    let key = "accounts_file"
    guard let path = path(section, key) else {
      if tellApart == .ownAccount, !section.has(key) {
        section.error(
          "tell_apart",
          "own_account needs a list of accounts",
          hint: "name it: accounts_file: ./accounts.txt"
        )
      }
      return []
    }
    if tellApart != .ownAccount {
      section.error(key, "is used with tell_apart: own_account only", hint: "write that, or take the file out")
    }
    do {
      let text = String(decoding: try files.contents(of: path, limit: 1 << 20), as: UTF8.self)
      return accounts(text, file: path, setting: section.path(of: key), chain: chain, shared: shared)
    } catch {
      section.error(key, error.words, hint: error.hint)
      return []
    }
  }

  private func accounts(
    _ text: String,
    file: String,
    setting: String,
    chain: Chain,
    shared: Account?
  ) -> [Account] {
    var first: [Account: Int] = [:]
    var accounts: [Account] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
      guard let word = words.first, !word.hasPrefix("#") else { continue }
      let place = ConfigPlace.file(file, line: index + 1, column: 1)
      do {
        let account = try account(String(word), on: chain)
        if account == shared {
          notes.error(place, setting, "is the address of the sign", hint: "a quote needs an account of its own")
        } else if let line = first[account] {
          notes.error(place, setting, "this account is given twice", hint: "the first is in line \(line)")
        } else {
          first[account] = index + 1
          accounts.append(account)
        }
      } catch {
        notes.error(place, setting, error.words, hint: error.hint)
      }
    }
    let top = ConfigPlace.file(file, line: 1, column: 1)
    if accounts.isEmpty { notes.error(top, setting, "holds no account", hint: "one address a line") }
    if accounts.count > Self.mostAccounts {
      notes.error(top, setting, "holds \(accounts.count) accounts", hint: "at most \(Self.mostAccounts)")
    }
    return accounts
  }
}
