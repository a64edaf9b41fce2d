package import Coinslot

extension MemoryLedger {
  package func note(audit line: AuditLine) async throws { try await change("noteAudit") { $0.note(line) } }

  package func forgetPersons(before moment: Int64) async throws -> Int {
    try await change("forgetPersons") { books in books.forget { $0.untilMS <= moment } }
  }

  package func erase(person name: String, nowMS: Int64, audit: AuditLine?) async throws -> Int {
    try await change("erasePerson") { books in
      var erased = 0
      while true {
        let count = books.forget { $0.name == name }
        erased += count
        if count == 0 { break }
      }
      books.commit(atMS: nowMS)
      books.note(audit)
      return erased
    }
  }

  package func accounts() async throws -> [Account] {
    try await read("accounts") { books in
      Set(books.money.values.map(\.record.payment.account) + books.marks.keys.map(\.account))
        .sorted { ($0.chain.rawValue, $0.address) < ($1.chain.rawValue, $1.address) }
    }
  }

  package func unsettled(nowMS: Int64) async throws -> Unsettled {
    try await read("unsettled") { books in
      var unsettled = Unsettled()
      let sales = books.sales.values
      unsettled.unknown = Unsettled.Pile(sales.filter { $0.outcome == .unknown }.map(\.endedAtMS))
      unsettled.refundDue = Unsettled.Pile(sales.filter { $0.outcome == .refundDue }.map(\.endedAtMS))
      unsettled.held = Unsettled.Pile(sales.filter { $0.outcome == .held }.map(\.endedAtMS))
      unsettled.heldAlone = Unsettled.Pile(
        books.payments.filter { $0.standing == .held && $0.sale == nil }.map(\.recordedAtMS)
      )
      let open = books.allDispatches.filter(\.isOpen)
      unsettled.openWork = Unsettled.Pile(open.map(\.createdAtMS))
      unsettled.overdue = Unsettled.Pile(
        open.filter { $0.state != .accepted && $0.deadlineMS <= nowMS }.map(\.deadlineMS)
      )
      return unsettled
    }
  }

  package func lastBackupAtMS() async throws -> Int64? { try await read("lastBackup") { $0.lastBackupAtMS } }
  package func restoredAtMS() async throws -> Int64? { try await read("restoredAt") { $0.restoredAtMS } }

  package func person(_ name: String) async throws -> [PersonRecord] {
    try await read("person") { Array($0.persons.reversed().filter { $0.name == name }.prefix(PersonRecord.sweep)) }
  }

  package func auditLog(_ page: Page) async throws -> Paged<AuditLine> {
    try await read("auditLog") { books in
      var end = books.audit.count
      if let cursor = page.cursor {
        guard let number = Int(cursor), number > 0, String(number) == cursor else { throw LedgerError.badCursor }
        end = min(end, number - 1)
      }
      let start = max(0, end - page.limit)
      return Paged(data: books.audit[start..<end].reversed(), next: start > 0 ? "\(start + 1)" : nil)
    }
  }
}

extension MemoryBooks {
  /// These books as restored from a backup: what was open may have happened since, and events start anew.
  package func restored(atMS nowMS: Int64) -> MemoryBooks {
    var books = self
    books.restoredAtMS = max(nowMS, (moment ?? .min) + 1)
    books.events = []
    books.newestEvent += Restoration.eventGap
    books.incarnation += 1
    books.commit(telling: [.restored(incarnation: books.incarnation, atMS: books.restoredAtMS ?? nowMS)], atMS: nowMS)
    for channel in open.keys.sorted(by: { ($0.device.rawValue, $0.number) < ($1.device.rawValue, $1.number) }) {
      let work = openWork(on: channel)
      let (_, told) = books.take(work.map { Restoration.ended($0, atMS: nowMS) }, over: work)
      books.commit(telling: told, atMS: nowMS)
    }
    books.note(AuditLine(atMS: nowMS, actor: "operator", action: "ledger.restored"))
    return books
  }

  mutating func note(_ line: AuditLine?) {
    guard let line else { return }
    audit.append(line)
    commit(atMS: line.atMS)
  }

  mutating func remember(_ role: PersonRecord.Role, _ payment: Payment, _ request: AdmissionRequest) {
    guard payment.payer != nil || !payment.evidence.isEmpty else { return }
    persons.append(
      PersonRecord(
        role: role,
        name: payment.payer,
        payment: payment.id,
        quote: nil,
        evidence: payment.evidence,
        untilMS: request.nowMS + request.personsKeptMS
      )
    )
  }

  mutating func remember(_ quote: Quote, for keptMS: Int64) {
    persons.append(
      PersonRecord(
        role: .client,
        name: quote.client,
        payment: nil,
        quote: quote.id,
        evidence: quote.note,
        untilMS: max(quote.createdAtMS + keptMS, quote.reservedUntilMS)
      )
    )
  }

  /// Forgets records, at most `PersonRecord.sweep`; gives how many.
  mutating func forget(_ isOver: (PersonRecord) -> Bool) -> Int {
    let going = persons.indices.filter { isOver(persons[$0]) }.prefix(PersonRecord.sweep)
    for index in going {
      let record = persons[index]
      if let id = record.payment, record.role == .payer { money[id]?.record.forgetPayer() }
      for place in quotes.indices where quotes[place].id == record.quote { quotes[place].forgetClient() }
    }
    for index in going.reversed() { persons.remove(at: index) }
    return going.count
  }
}

extension PaymentRecord {
  fileprivate mutating func forgetPayer() {
    self = PaymentRecord(
      name: name,
      payment: Payment(
        id: payment.id,
        account: payment.account,
        payer: nil,
        amount: payment.amount,
        earliestAtMS: payment.earliestAtMS,
        evidence: ""
      ),
      standing: standing,
      reason: reason,
      recordedAtMS: recordedAtMS,
      sale: sale
    )
  }
}

extension Quote {
  fileprivate mutating func forgetClient() {
    self = Quote(
      id: id,
      slot: slot,
      account: account,
      ownsAccount: ownsAccount,
      due: due,
      price: price,
      purchase: purchase,
      priceVersion: priceVersion,
      createdAtMS: createdAtMS,
      expiresAtMS: expiresAtMS,
      client: "",
      received: received,
      state: state,
      request: request
    )
  }
}

extension Unsettled.Pile {
  fileprivate init(_ moments: [Int64?]) { self.init(count: moments.count, oldestMS: moments.compactMap(\.self).min()) }
}
