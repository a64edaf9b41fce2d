import NIOCore
import Primitives

/// An open answer of LND that says something with each change.
struct ToyLNDStream {
  enum Wish: Equatable {
    /// New invoices and payments.
    case all
    /// Everything that happens to one, to its end.
    case one(Bytes32)
  }

  let wish: Wish
  let connection: ToyHTTPConnection
}

extension ToyLightningNode {
  /// Opens a stream: what is in `backlog` first, then what happens from now on, nothing twice and nothing left out.
  func open(_ wish: ToyLNDStream.Wish, on connection: ToyHTTPConnection, backlog: [ToyInvoice]) {
    lastStream += 1
    let number = lastStream
    connection.beginStream()
    streams[number] = ToyLNDStream(wish: wish, connection: connection)
    connection.whenClosed = { [weak self] in self?.streams[number] = nil }
    for invoice in backlog { say(invoice, number) }
    if case .one = wish, let last = backlog.last { endIfFinal(last, number) }
  }

  /// Tells the streams of a change.
  func stream(_ event: BookEvent) {
    for (number, stream) in streams.sorted(by: { $0.key < $1.key }) {
      switch (stream.wish, event.kind) {
      case (.all, .created): say(event.invoice, number)
      case (.all, .paid): if !faults.missingSettled { say(event.invoice, number) }
      case (.one(event.invoice.paymentHash), .deleted), (.one(event.invoice.paymentHash), .described): break
      case (.one(event.invoice.paymentHash), _):
        say(event.invoice, number)
        endIfFinal(event.invoice, number)
      // As in LND, the stream of all is told nothing of locked, cancelled and expired ones.
      case (.all, _), (.one, _): break
      }
    }
  }

  private func endIfFinal(_ invoice: ToyInvoice, _ number: Int) {
    guard invoice.state != .unpaid, invoice.state != .accepted, let stream = streams[number] else { return }
    streams[number] = nil
    stream.connection.endStream()
  }

  private func say(_ invoice: ToyInvoice, _ number: Int) {
    guard let connection = streams[number]?.connection else { return }
    if faults.silent { return }
    if faults.errorLine {
      streams[number] = nil
      connection.chunk(JSONValue.object([.init("error", ToyLNDError.unknown("rpc error").json)]).bytes() + [0x0a])
      return connection.endStream()
    }
    let line = JSONValue.object([.init("result", invoice.lnd(faults))]).bytes() + [0x0a]
    let chunk = ToyHTTPConnection.chunk(line)
    if faults.cutStream {
      streams[number] = nil
      connection.write(chunk.prefix(chunk.count / 2))
      return connection.breakOff()
    }
    guard faults.lateMS > 0 else { return send(chunk, connection) }
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(faults.lateMS))) { [weak self] in
      self?.send(chunk, connection)
    }
  }

  /// Writes bytes, in pieces where a fault wants them so.
  func send(_ bytes: [UInt8], _ connection: ToyHTTPConnection) {
    guard faults.splitBytes > 0 else { return connection.write(bytes) }
    var rest = bytes[...]
    while !rest.isEmpty {
      connection.write(rest.prefix(faults.splitBytes))
      rest = rest.dropFirst(faults.splitBytes)
    }
  }
}
