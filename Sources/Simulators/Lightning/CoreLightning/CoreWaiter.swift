import NIOCore

/// A request to lightningd that waits for something to happen.
struct CoreWaiter {
  enum Wish: Equatable {
    /// The next payment, whatever its index.
    case payment
    /// What becomes of this row.
    case invoice(row: UInt64)
    /// That a counter reaches a value.
    case counter(String, UInt64)
  }

  let wish: Wish
  let reply: (Result<RawJSON, CoreError>) -> Void
  var timeout: Scheduled<Void>?
}

extension ToyLightningNode {
  /// Keeps a request until its wish comes true or its time is over; nobody takes it away when its connection ends.
  func wait(
    for wish: CoreWaiter.Wish,
    seconds: UInt64?,
    _ reply: @escaping (Result<RawJSON, CoreError>) -> Void
  ) {
    guard waiters.count < options.maxWaiters else { return reply(.failure(CoreError(-1, "too many wait already"))) }
    lastWaiter += 1
    let number = lastWaiter
    var waiter = CoreWaiter(wish: wish, reply: reply)
    if let seconds {
      let delay = TimeAmount.seconds(Int64(clamping: min(seconds, 1 << 30)))
      waiter.timeout = eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
        self?.waiters.removeValue(forKey: number)?.reply(.failure(.noPaymentInTime))
      }
    }
    waiters[number] = waiter
  }

  /// Answers those whose wish an event makes true, oldest first.
  func wake(_ event: BookEvent) {
    for (number, waiter) in waiters.sorted(by: { $0.key < $1.key }) {
      guard let answer = answer(waiter.wish, event) else { continue }
      waiters.removeValue(forKey: number)
      waiter.timeout?.cancel()
      waiter.reply(answer)
    }
  }

  private func answer(_ wish: CoreWaiter.Wish, _ event: BookEvent) -> Result<RawJSON, CoreError>? {
    switch wish {
    // As on a real node, the index is not compared again with what was asked.
    case .payment: event.kind == .paid ? .success(event.invoice.core) : nil
    case .invoice(let row) where row == event.invoice.createdIndex:
      switch event.kind {
      case .paid: .success(event.invoice.core)
      case .expired, .cancelled: .failure(.expired(event.invoice))
      case .deleted: .failure(CoreError(-1, "Invoice deleted during wait"))
      case .created, .described, .accepted: nil
      }
    case .invoice: nil
    case .counter(let name, let value):
      event.counter == name && (event.index ?? 0) >= value ? .success(event.core) : nil
    }
  }
}

extension CoreError {
  static let noPaymentInTime = CoreError(904, "Timed out while waiting for invoice to be paid")

  static func expired(_ invoice: ToyInvoice) -> CoreError {
    CoreError(903, "invoice expired during wait", data: invoice.core)
  }
}

extension BookEvent {
  /// The counter it moved.
  fileprivate var counter: String? {
    switch kind {
    case .created: "created"
    case .paid, .expired, .described: "updated"
    case .deleted: "deleted"
    case .accepted, .cancelled: nil
    }
  }

  /// What `wait` answers to it.
  fileprivate var core: RawJSON {
    let status = RawJSON.Member("status", .text(invoice.coreStatus))
    let label = RawJSON.Member("label", .string(invoice.label))
    let text = RawJSON.Member(invoice.offerID == nil ? "bolt11" : "bolt12", .text(invoice.text))
    let details: [RawJSON.Member] =
      switch kind {
      case .created, .deleted: [status, label, text]
      case .expired: [status]
      case .paid, .described, .accepted, .cancelled: [status, label]
      }
    return .object([
      .init("subsystem", "invoices"), .init(counter ?? "updated", .number(index ?? 0)),
      .init("invoices", .object(details)),
    ])
  }
}
