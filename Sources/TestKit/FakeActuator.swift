package import Coinslot
import Synchronization

/// Devices in memory: present or away, and answering as a test decides.
package final class FakeActuator: Actuator, Sendable {
  private struct State {
    var sessions: [DeviceID: SessionEpoch] = [:]
    var orders: [Order] = []
    var ears: (any DeviceEars)?
    var answer: @Sendable (Order) -> Answer.Word? = { _ in nil }
  }
  private let state = Mutex(State())

  /// Nobody is there.
  package init() {}

  /// Every order that left, in order.
  package var orders: [Order] { state.withLock { $0.orders } }

  package func session(of device: DeviceID) -> SessionEpoch? { state.withLock { $0.sessions[device] } }

  package func perform(_ order: Order) async -> Performance {
    let (isThere, ears, word) = state.withLock { state in
      guard state.sessions[order.dispatch.channel.device] == order.epoch else {
        return (false, (any DeviceEars)?.none, Answer.Word?.none)
      }
      state.orders.append(order)
      return (true, state.ears, state.answer(order))
    }
    guard isThere else { return .away }
    if let word, let ears {
      let answer = Answer(
        channel: order.dispatch.channel,
        number: order.number,
        word: word,
        leftMS: order.dispatch.command.ms
      )
      // The answer comes from the wire later, never inside the call that sent the order.
      Task { await ears.heard(answer) }
    }
    return .sent
  }

  /// Who is told what devices say, and what they say to each order; nil is silence.
  package func listen(_ ears: any DeviceEars, answering answer: @escaping @Sendable (Order) -> Answer.Word?) {
    state.withLock { state in
      state.ears = ears
      state.answer = answer
    }
  }

  /// A device is there with this session, or away.
  package func set(_ device: DeviceID, session: SessionEpoch?) { state.withLock { $0.sessions[device] = session } }
}
