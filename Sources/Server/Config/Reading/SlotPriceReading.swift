import Coinslot

extension ConfigReader {
  /// The price on each network: one price where there is one network, else a section for each.
  func prices(
    _ slot: ConfigSection,
    on taken: [PayNetwork],
    networks: PayNetworks,
    outputs: OutputNames
  ) -> [PayNetwork: ReadPrice] {
    func reading(_ network: PayNetwork) -> PriceReading {
      PriceReading(
        notes: notes,
        network: network,
        takesWholeSatoshi: network == .lightning && networks.takesWholeSatoshi,
        outputs: outputs
      )
    }
    let each = taken.map { "\($0.rawValue): { … }" }.joined(separator: ", ")
    let plain = "price: { steps: [ { at: \"\(taken[0].example)\", gives: 10min } ] }"
    if !slot.has("price") {
      let hint = taken.count > 1 ? "price: { \(each) }" : plain
      notes.error(slot.place, slot.path, "\"price\" is missing", hint: "write \(hint)")
    }
    let example = "price: { exact: \"\(taken[0].example)\", gives: 10min }"
    guard let price = slot.section("price", like: example) else { return [:] }
    let priced = PayNetwork.allCases.filter { price.has($0.rawValue) }
    guard taken.count > 1 || !priced.isEmpty else {
      return [taken[0]: reading(taken[0]).read(price)].compactMapValues(\.self)
    }
    let flat = PriceReading.kinds.first(where: price.has)
    if let flat {
      price.error(
        flat,
        "is one price, and each network needs its own",
        hint: "write price: { \(each) }"
      )
      price.know(PriceReading.kinds + ["gives"])
    }
    var prices: [PayNetwork: ReadPrice] = [:]
    for network in taken {
      if !price.has(network.rawValue), flat == nil {
        notes.error(price.place, price.path, "has no price for \(network.rawValue)", hint: "write price: { \(each) }")
      }
      let like = "\(network.rawValue): { exact: \"\(network.example)\", gives: 10min }"
      prices[network] = price.section(network.rawValue, like: like).flatMap { reading(network).read($0) }
    }
    price.refuse(
      priced.filter { !taken.contains($0) }.map(\.rawValue),
      because: "is a price on a network that `pay` does not name"
    )
    price.end()
    return prices
  }
}
