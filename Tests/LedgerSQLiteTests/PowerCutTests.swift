import Coinslot
import TestKit
import Testing

@testable import LedgerSQLite

/// What is on the disk at any moment opens, holds every change whose call had returned, and none by half.
@Suite struct PowerCutTests {
  let folders = Folders()

  @Test(arguments: [1, 8, 64]) func keepsWhatWasPromisedAtAnyMoment(_ writers: Int) async throws {
    let folder = folders.fresh()
    let ledger = try folders.open(folder, checkpointPages: 0)
    _ = try await ledger.keep(try device, title: "Charger", nowMS: 1)
    let promised = Shared<[PaymentID]>([])
    let account = account, work = try work
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for writer in 0..<writers {
        tasks.addTask {
          for number in 1...320 / writers {
            let payment = Payments.make("W\(writer)N\(number)", account: account, amount: Amount(1), earliestAtMS: 1)
            let admission = try await ledger.admit(
              AdmissionRequest(
                verified: Verified(payment, isBeforeStart: false),
                nowMS: 1,
                session: { _ in nil },
                decide: { _, _ in .sell(work) }
              )
            )
            guard case .recorded = admission else { throw Surprise(admission: admission) }
            promised.change { $0.append(payment.id) }
          }
        }
      }
      for step in 1...8 {
        let deadline = ContinuousClock.now + .seconds(60)
        while promised.value.count < step * 40 - 20, ContinuousClock.now < deadline {
          try await Task.sleep(for: .milliseconds(1))
        }
        let before = promised.value
        try #require(before.count >= step * 40 - 20)
        let image = try folders.image(of: folder)
        try await check(image, holds: before)
      }
      try await tasks.waitForAll()
    }
    try await check(try folders.image(of: folder), holds: promised.value)
    #expect(promised.value.count == 320)
  }

  private func check(_ folder: String, holds promised: [PaymentID]) async throws {
    let ledger = try folders.open(folder)
    let payments = try await whole { try await ledger.payments($0, account: nil) }
    #expect(Set(payments.map(\.payment.id)).isSuperset(of: promised))
    let sales = try await whole { try await ledger.sales($0, slot: nil) }
    #expect(Set(sales.map(\.payment)) == Set(payments.map(\.payment.id)))
    #expect(Set(sales.map(\.id)) == Set(payments.compactMap(\.sale)))
    let dispatches = try await whole { try await ledger.dispatches($0, device: nil) }
    #expect(Set(dispatches.compactMap(\.sale)) == Set(sales.map(\.id)))
    // Each sale told three events, the device one.
    #expect(try await ledger.newestEvent() == Int64(3 * payments.count + 1))
    let told = try await ledger.events(after: 0, limit: 1_000)
    #expect(told?.map(\.sequence) == Array(1...Int64(3 * payments.count + 1)))
    // A backup is checked page by page.
    try await ledger.backUp(to: folders.fresh())
    try await ledger.close()
  }

  private func whole<Element>(_ read: (Page) async throws -> Paged<Element>) async throws -> [Element] {
    var found: [Element] = []
    var cursor: String?
    repeat {
      let page = try await read(Page(cursor: cursor, limit: 200))
      found += page.data
      cursor = page.next
    } while cursor != nil
    return found
  }

  private struct Surprise: Error { let admission: Admission }

  private var device: DeviceID { get throws { try #require(DeviceID(rawValue: "charger-1")) } }
  private var account: Account { Account(chain: .nanoSim, canonical: "nano_account") }
  private var work: SaleDraft {
    get throws {
      SaleDraft(
        slot: try #require(SlotID(rawValue: "charger")),
        quote: nil,
        purchase: Purchase(ms: 1),
        price: Amount(1),
        remainder: .zero,
        work: DispatchDraft(
          channel: ChannelID(device: try device, number: 0),
          command: Dispatch.Command(mode: .extend, ms: 1, once: true),
          deadlineMS: 9,
          doubtMS: 9
        )
      )
    }
  }
}
