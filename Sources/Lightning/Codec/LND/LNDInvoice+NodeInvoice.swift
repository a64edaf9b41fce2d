extension LNDInvoice {
  /// What every make of node tells of an invoice.
  ///
  /// LND keeps no label, and no text behind a description hash. Its word for expired is cancelled. The cursor is nil
  /// also where a settled invoice has no place in the order of settling.
  package var nodeInvoice: NodeInvoice {
    var invoice = NodeInvoice(paymentHash: hash, state: nodeState)
    invoice.text = text
    invoice.askedMsat = valueMsat == 0 ? nil : valueMsat
    invoice.description = descriptionHash == nil ? memo : nil
    if let createdAtS, let life = Int64(exactly: expirySeconds) {
      let (end, isTooLate) = createdAtS.addingReportingOverflow(life)
      invoice.expiresAtS = isTooLate ? nil : end
    }
    guard state == .settled else { return invoice }
    invoice.receivedMsat = paidMsat
    invoice.cursor = settleIndex == 0 ? nil : settleIndex
    invoice.paidAtS = settledAtS
    invoice.preimage = preimage
    return invoice
  }

  /// What is held, and until when.
  package var holdInvoice: HoldInvoice {
    HoldInvoice(invoice: nodeInvoice, parts: htlcs.compactMap(\.part))
  }

  private var nodeState: NodeInvoice.State {
    switch state {
    case .open: .unpaid
    case .settled: .paid
    case .canceled: .cancelled
    case .accepted: .accepted
    }
  }
}

extension LNDHTLC {
  /// Nil for a state that no node has.
  fileprivate var part: HoldInvoice.Part? {
    let word: HoldInvoice.Part.State? =
      switch state {
      case "ACCEPTED": .held
      case "SETTLED": .settled
      case "CANCELED": .returned
      default: nil
      }
    return word.map { word in
      HoldInvoice.Part(msat: msat, state: word, arrivedAtHeight: acceptHeight, expiryHeight: expiryHeight)
    }
  }
}
