import Coinslot
import Primitives
import Synchronization
import Testing

/// A deed for an output of a machine called `machine-1`.
func deed(
  _ id: String = "dsp_01",
  output: UInt8 = 0,
  mode: Dispatch.Mode = .new,
  ms: UInt64 = 1_000,
  once: Bool = true,
  by deadlineMS: Int64,
  mayHaveHappened: Bool = false,
  comment: String? = nil
) throws -> Deed {
  let device = try #require(DeviceID(rawValue: "machine-1"))
  return Deed(
    id: DispatchID(rawValue: id),
    channel: ChannelID(device: device, number: output),
    command: Dispatch.Command(mode: mode, ms: ms, once: once),
    deadlineMS: deadlineMS,
    mayHaveHappened: mayHaveHappened,
    cause: Deed.Cause(
      slot: SlotID(rawValue: "lamp"),
      sale: SaleID(rawValue: "sal_01"),
      amount: Amount(21_000),
      asset: "sat",
      function: "blink",
      comment: comment
    )
  )
}

extension Machine {
  /// Carries a deed out and leaves the start unheard.
  func carryOut(_ deed: Deed) async -> DeedEnd { await carryOut(deed, started: { _ in }) }
}

/// Counts what happens.
final class Tally: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func add() { value.withLock { $0 += 1 } }
}

/// Keeps what was told, in order.
final class Heard<Value: Sendable>: Sendable {
  private let kept = Mutex<[Value]>([])
  var all: [Value] { kept.withLock { $0 } }
  func add(_ value: Value) { kept.withLock { $0.append(value) } }
}
