import Primitives
import TestKit
import Testing

@testable import Simulators

/// The rules of the books, each beside the nearest thing that breaks it.
@Suite struct ToyInvoiceBookTests {
  private var books = ToyInvoiceBook(seed: .zero)
  private let nowMS: Int64 = 1_000_000

  private mutating func make(
    _ label: String,
    msat: UInt64? = 21_000,
    expiryS: Int64 = 100,
    isHold: Bool = false,
    maker: ToyInvoice.Maker = .coreLightning
  ) throws -> ToyInvoice {
    let preimage = books.mint()
    var invoice = ToyInvoice(
      label: Array(label.utf8),
      text: "lnbcrt\(label)",
      paymentHash: SHA256.hash(preimage.bytes),
      preimage: isHold ? nil : preimage,
      paymentSecret: books.mint(),
      askedMsat: msat,
      description: "what",
      createdAtS: nowMS / 1000,
      expiresAtS: nowMS / 1000 + expiryS,
      maker: maker
    )
    invoice.isHold = isHold
    return try books.add(invoice)
  }

  /// The preimage of the newest invoice that `make` made.
  private func preimage(of invoice: ToyInvoice) throws -> Bytes32 {
    try #require(
      (1...books.minted).lazy.map { books.secret("mint \($0)") }.first { SHA256.hash($0.bytes) == invoice.paymentHash }
    )
  }

  @Test mutating func countsInThreeOrders() throws {
    let first = try make("a")
    let second = try make("b")
    #expect((first.createdIndex, second.createdIndex) == (1, 2))
    try books.pay(second.paymentHash, msat: 21_000, nowMS: nowMS)
    try books.pay(first.paymentHash, msat: 21_000, nowMS: nowMS)
    #expect(books.paid(after: 0).map(\.createdIndex) == [2, 1])
    #expect(books.firstPaid(after: 1)?.createdIndex == 1)
    #expect(books.firstPaid(after: 2) == nil)
    #expect(books.firstPaid(after: -1)?.createdIndex == 2)
    #expect(books.page(updated: 1, most: 5).map(\.updatedIndex) == [1, 2])
    #expect(books.page(updated: 3, most: 5).isEmpty)
    #expect(books.page(created: 2, most: 5).map(\.label) == [Array("b".utf8)])
  }

  @Test mutating func labelsAndHashesAreUnique() throws {
    let first = try make("a")
    #expect(throws: BookRefusal.labelTaken) { try make("a") }
    var twin = first
    twin.label = Array("b".utf8)
    #expect(throws: BookRefusal.hashTaken) { try books.add(twin) }
    // Two spellings are two labels.
    #expect(try make("f\\u00fcr").createdIndex == 2)
    #expect(try make("für").createdIndex == 3)
    // A removed one makes room.
    try books.delete(label: first.label, in: .unpaid)
    #expect(try make("a").createdIndex == 4)
    #expect(books.counters.deleted == 1)
  }

  @Test(arguments: [
    (UInt64?(1_000), UInt64(999), false), (1_000, 1_000, true), (1_000, 1_001, true), (1_000, 2_000, true),
    (1_000, 2_001, false), (nil, 1, true), (nil, 0, false), (.max, .max, true), (.max, .max - 1, false),
  ])
  mutating func takesUpToTwice(_ asked: UInt64?, _ received: UInt64, _ isTaken: Bool) throws {
    let invoice = try make("a", msat: asked)
    if isTaken {
      let paid = try books.pay(invoice.paymentHash, msat: received, nowMS: nowMS)
      #expect((paid.state, paid.receivedMsat, paid.payIndex) == (.paid, received, 1))
    } else {
      #expect(throws: BookRefusal.wrongAmount) { try books.pay(invoice.paymentHash, msat: received, nowMS: nowMS) }
      #expect(books.counters.paid == 0)
    }
  }

  @Test mutating func lndTakesAnyMore() throws {
    let invoice = try make("a", maker: .lnd)
    #expect(throws: BookRefusal.wrongAmount) { try books.pay(invoice.paymentHash, msat: 20_999, nowMS: nowMS) }
    #expect(try books.pay(invoice.paymentHash, msat: 42_001, nowMS: nowMS).state == .paid)
  }

  @Test mutating func isPaidOnce() throws {
    let invoice = try make("a")
    try books.pay(invoice.paymentHash, msat: 21_000, nowMS: nowMS)
    #expect(throws: BookRefusal.isInState(.paid)) { try books.pay(invoice.paymentHash, msat: 21_000, nowMS: nowMS) }
    #expect(throws: BookRefusal.unknown) { try books.pay(.zero, msat: 21_000, nowMS: nowMS) }
    #expect(books.counters.paid == 1)
  }

  @Test mutating func partsAddUp() throws {
    let invoice = try make("a")
    let first = try books.pay(invoice.paymentHash, msat: 10_000, totalMsat: 21_000, nowMS: nowMS)
    #expect((first.state, first.updatedIndex) == (.unpaid, nil))
    // A total that is too little is refused with its first part.
    #expect(throws: BookRefusal.wrongAmount) {
      try books.pay(invoice.paymentHash, msat: 1, totalMsat: 20_999, nowMS: nowMS)
    }
    let second = try books.pay(invoice.paymentHash, msat: 11_000, totalMsat: 21_000, nowMS: nowMS)
    #expect((second.state, second.receivedMsat) == (.paid, 21_000))
  }

  @Test mutating func expiresByTheClock() throws {
    let late = try make("late", expiryS: 50)
    let soon = try make("soon", expiryS: 10)
    let paid = try make("paid", expiryS: 10)
    try books.pay(paid.paymentHash, msat: 21_000, nowMS: nowMS)
    books.expire(nowMS: nowMS + 9_999)
    #expect(books.invoice(hash: soon.paymentHash)?.state == .unpaid)
    books.expire(nowMS: nowMS + 10_000)
    #expect(books.invoice(hash: soon.paymentHash)?.state == .expired)
    #expect(books.invoice(hash: paid.paymentHash)?.state == .paid)
    #expect(throws: BookRefusal.isInState(.expired)) {
      try books.pay(late.paymentHash, msat: 21_000, nowMS: nowMS + 50_000)
    }
    // Paid 1, soon 2, late 3.
    #expect(books.invoice(hash: late.paymentHash)?.updatedIndex == 3)
  }

  @Test mutating func removesOnlyInItsState() throws {
    let invoice = try make("a")
    #expect(throws: BookRefusal.isInState(.unpaid)) { try books.delete(label: invoice.label, in: .paid) }
    #expect(throws: BookRefusal.unknown) { try books.delete(label: Array("b".utf8), in: .unpaid) }
    try books.pay(invoice.paymentHash, msat: 21_000, nowMS: nowMS)
    try books.pay(try make("b").paymentHash, msat: 21_000, nowMS: nowMS)
    try books.delete(label: invoice.label, in: .paid)
    // A gap: the next one keeps its index.
    #expect(books.firstPaid(after: 0)?.payIndex == 2)
    #expect(books.counters.paid == 2)
  }

  @Test mutating func descriptionIsRemovedOnce() throws {
    let invoice = try make("a")
    let bare = try books.forgetDescription(label: invoice.label, in: .unpaid)
    #expect((bare.description, bare.updatedIndex) == (nil, nil))
    #expect(books.invoice(hash: invoice.paymentHash)?.updatedIndex == 1)
    #expect(throws: BookRefusal.noDescription) { try books.forgetDescription(label: invoice.label, in: .unpaid) }
  }

  @Test mutating func holdsUntilSettled() throws {
    let invoice = try make("a", isHold: true)
    let preimage = try preimage(of: invoice)
    #expect(throws: BookRefusal.isInState(.unpaid)) { try books.settle(preimage, nowMS: nowMS) }
    let held = try books.pay(invoice.paymentHash, msat: 21_000, nowMS: nowMS)
    #expect((held.state, held.payIndex, held.held?.expiresAtHeight) == (.accepted, nil, 118 + 18))
    #expect(throws: BookRefusal.unknown) { try books.settle(.zero, nowMS: nowMS) }
    let paid = try books.settle(preimage, nowMS: nowMS)
    #expect((paid.state, paid.payIndex, paid.preimage) == (.paid, 1, preimage))
    #expect(throws: BookRefusal.isInState(.paid)) { try books.settle(preimage, nowMS: nowMS) }
    #expect(throws: BookRefusal.isInState(.paid)) { try books.cancel(invoice.paymentHash, nowMS: nowMS) }
  }

  @Test mutating func heldMoneyGoesBack() throws {
    let asked = try make("asked", isHold: true)
    let late = try make("late", isHold: true)
    for invoice in [asked, late] { try books.pay(invoice.paymentHash, msat: 21_000, nowMS: nowMS) }
    #expect(try books.cancel(asked.paymentHash, nowMS: nowMS).state == .cancelled)
    #expect(try books.cancel(asked.paymentHash, nowMS: nowMS).state == .cancelled)
    books.mine(17)
    #expect(books.invoice(hash: late.paymentHash)?.state == .accepted)
    books.mine(1)
    #expect(books.invoice(hash: late.paymentHash)?.state == .cancelled)
    #expect(throws: BookRefusal.isInState(.cancelled)) { try books.settle(try preimage(of: late), nowMS: nowMS) }
    #expect(books.counters.paid == 0)
  }

  @Test mutating func anOldCopyBringsOtherHashesUnderTheSameIndex() throws {
    try books.pay(try make("a").paymentHash, msat: 21_000, nowMS: nowMS)
    let old = books
    let lost = try make("b")
    try books.pay(lost.paymentHash, msat: 21_000, nowMS: nowMS)
    books.rollBack(to: old)
    #expect(books.invoice(hash: lost.paymentHash) == nil)
    let next = try books.pay(try make("b").paymentHash, msat: 21_000, nowMS: nowMS)
    #expect(next.payIndex == 2)
    #expect(next.paymentHash != lost.paymentHash)
  }

  @Test mutating func eachChangeIsToldOnce() throws {
    let invoice = try make("a", expiryS: 10)
    try books.pay(try make("b").paymentHash, msat: 21_000, nowMS: nowMS)
    books.expire(nowMS: nowMS + 10_000)
    try books.delete(label: invoice.label, in: .expired)
    let events = books.takeEvents()
    #expect(events.map(\.kind) == [.created, .created, .paid, .expired, .deleted])
    #expect(events.map(\.index) == [1, 2, 1, 2, 1])
    #expect(books.takeEvents().isEmpty)
  }

  @Test mutating func comesBackFromItsFile() async throws {
    try books.pay(try make("a").paymentHash, msat: 21_000, nowMS: nowMS)
    let held = try make("h", isHold: true)
    try books.pay(held.paymentHash, msat: 22_000, nowMS: nowMS)
    try books.pay(try make("part").paymentHash, msat: 1_000, totalMsat: 21_000, nowMS: nowMS)
    try books.add(
      ToyOffer(
        id: .zero,
        text: "lno1",
        label: nil,
        askedMsat: nil,
        description: "d",
        isSingleUse: true,
        expiresAtS: 5
      )
    )
    let made = books
    try await withFolder { folder in
      let file = BookFile("\(folder)/books.json")
      #expect(try file.read() == nil)
      try file.write(made)
      var read = try #require(try file.read())
      #expect(read == made)
      // Nothing is lost: it goes on where it was, with new secrets.
      #expect(try read.settle(try preimage(of: held), nowMS: nowMS).payIndex == 2)
      var again = made
      #expect(read.mint() == again.mint())
    }
  }

  @Test(arguments: ["", "{", "[]", "{\"seed\":\"00\"}"])
  func refusesWhatIsNoBooks(_ text: String) async throws {
    try await withFolder { folder in
      try Folder.write(text, to: "\(folder)/books.json")
      #expect(throws: BookFileRefusal.self) { try BookFile("\(folder)/books.json").read() }
    }
  }
}
