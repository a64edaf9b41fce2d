import Coinslot

extension ConfigReader {
  /// Where a slot takes money and what it costs there.
  func pay(_ section: ConfigSection, chains: [String: Chain]) -> [ReadOption] {
    let example = "pay: { nano: nano_1… }"
    if !section.has("pay") { notes.error(section.place, section.path, "\"pay\" is missing", hint: "write \(example)") }
    if !section.has("price") {
      notes.error(
        section.place,
        section.path,
        "\"price\" is missing",
        hint: "write price: { steps: [ { at: \"0.1 XNO\", gives: 10min } ] }"
      )
    }
    // One network today, so one price in its asset.
    let price = section.section("price", like: "price: { exact: \"0.1 XNO\", gives: 10min }").flatMap {
      PriceReading(notes: notes, asset: .nano).read($0)
    }
    guard let pay = section.section("pay", like: example) else { return [] }
    pay.refuse(Self.laterNetworks, because: "this network is not supported by this version, which knows nano")
    let node = pay.node("nano")
    if !pay.has("nano"), !Self.laterNetworks.contains(where: pay.has) {
      notes.error(pay.place, pay.path, "names no network", hint: "write \(example)")
    }
    pay.end()
    guard let node else { return [] }
    guard let chain = chains["nano"] else {
      pay.error(
        "nano",
        "pays on a network that is not configured",
        hint: "add networks: { nano: { rpc: \"http://[::1]:7076\" } }"
      )
      return []
    }
    return option(node, pay: pay, chain: chain, price: price).map { [$0] } ?? []
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
    let tellApart: Slot.TellApart = section.value("tell_apart", default: .nothing, standard: "nothing") {
      text throws(Wrong) in try WordText.choice(text)
    }
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
