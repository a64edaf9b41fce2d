import Lightning
import Primitives
import TestKit
import Testing

@Suite struct CoreLightningMutationTests {
  /// Recorded answers with bytes changed, lost and doubled: always an answer or a refusal.
  @Test func changedAnswersAreReadOrRefused() throws {
    let exchanges = try LightningVectors.recorded().array ?? []
    let answers = exchanges.compactMap { exchange -> (call: any CoreLightningCall, bytes: [UInt8])? in
      guard let text = exchange["response"]?.string, text.utf8.count < 4_000, let request = exchange["request"]?.string,
        let method = try? JSONValue(parsing: request)["method"]?.string, let call = RecordedCall.decoder(method)
      else { return nil }
      return (call, Array(text.utf8))
    }
    var random = SeededRandom(seed: 12)
    var counts = (read: 0, refused: 0)
    for _ in 0..<20_000 {
      guard let (call, original) = answers.randomElement(using: &random), !original.isEmpty else { continue }
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let i = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[i] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[i] ^= 1
        case 2 where bytes.count > 1: bytes.remove(at: i)
        default: bytes.insert(bytes[i], at: i)
        }
      }
      var frames = CoreLightningFrames()
      frames.receive(bytes)
      do {
        while let message = try frames.next() {
          if case .answer(_, .result(let result)) = try CoreLightningReply(decoding: message) {
            _ = try call.answer(from: result)
          }
        }
        counts.read += 1
      } catch {
        #expect(error is CoreLightningRefusal || error is CoreLightningFrames.Fault)
        counts.refused += 1
      }
    }
    #expect(counts.read > 1_000 && counts.refused > 1_000, "\(counts)")
  }
}
