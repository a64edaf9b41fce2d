import NIOHTTP1
import Primitives

/// An endless answer of LND, read ahead by a few lines; ends with the last reference to it.
///
/// LND sends nothing while nothing happens, not even the head of its answer, so silence says nothing about the
/// connection: whoever reads replaces a stream that was silent for long.
final class LNDStream: Sendable {
  /// What was read and not yet taken.
  let pipe: EventPipe<LNDInvoice>
  private let task: Task<Void, Never>

  /// Opens the stream at a path.
  init(_ path: String, door: LNDDoor) {
    let pipe = EventPipe<LNDInvoice>(capacity: 64)
    self.pipe = pipe
    // It outlives the call that opened it, which waits only for so long; `deinit` ends it.
    task = Task { pipe.end(await Self.run(path, door, pipe)) }
  }

  deinit { task.cancel() }

  /// Reads to the end, and says how that came.
  private static func run(_ path: String, _ door: LNDDoor, _ pipe: EventPipe<LNDInvoice>) async -> NodeFailure {
    var lines = LNDLines()
    do throws(NodeFailure) {
      let refusal = try await door.http.stream(try door.call(.GET, path)) { bytes throws(NodeFailure) in
        guard let whole = lines.take(bytes) else {
          throw .garbled("LND's stream holds a line of more than \(LNDLines.maxBytes >> 20) MiB")
        }
        for line in whole { await pipe.put(try invoice(in: line, path, door)) }
      }
      if let refusal {
        guard case .failure(let failure) = door.trouble(refusal, path) else {
          return .conflict("LND does not know the invoice")
        }
        return failure
      }
      return .away(lines.isInside ? "LND's stream broke off inside a message" : "LND ended its stream")
    } catch {
      return error
    }
  }

  private static func invoice(in line: [UInt8], _ path: String, _ door: LNDDoor) throws(NodeFailure) -> LNDInvoice {
    let read: LNDLine
    do throws(LNDRefusal) {
      read = try LNDLine(decoding: line)
    } catch {
      throw .garbled("LND's stream holds \(error.words)")
    }
    switch read {
    case .invoice(let invoice): return invoice
    case .error(let error): throw door.failure(error, path)
    }
  }
}
