import Foundation
import Primitives

/// What is done with one input; it returns, whatever the bytes, or a property is broken.
typealias Fuzzer = @Sendable (Span<UInt8>) -> Void

/// All fuzzers by name; the environment's `FUZZER` chooses one for the process.
///
/// One executable instead of many, because linking costs more than everything else in the build.
private let fuzzers: [String: Fuzzer] = [
  "canary": fuzzCanary,
  "json": fuzzJSON, "codecs": fuzzCodecs, "amount": fuzzAmount, "config": fuzzConfig,
  "address": fuzzAddress, "block": fuzzBlock, "callback": fuzzCallback, "node-message": fuzzNodeMessage,
  "rpc": fuzzRPC, "registration": fuzzRegistration, "uri": fuzzURI,
  "bolt11": fuzzBolt11, "bolt12": fuzzBolt12, "lnurl": fuzzLNURL,
  "http": fuzzHTTP, "websocket": fuzzWebSocket, "handshake": fuzzHandshake, "endpoint": fuzzEndpoint, "peer": fuzzPeer,
  "device-message": fuzzDeviceMessage, "device-frame": fuzzDeviceFrame, "device-session": fuzzDeviceSession,
  "device-core": fuzzDeviceCore, "device-record": fuzzDeviceRecord,
]

private let chosen: Fuzzer = {
  let name = ProcessInfo.processInfo.environment["FUZZER"] ?? ""
  guard let fuzzer = fuzzers[name] else {
    broken("FUZZER names none of: \(fuzzers.keys.sorted().joined(separator: " "))")
  }
  return fuzzer
}()

/// What libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
  chosen(bytes.span)
  return 0
}

/// A property of a decoder; where it does not hold the process ends, and libFuzzer keeps the input.
func expect(_ holds: Bool, _ property: @autoclosure () -> String, line: UInt = #line, file: StaticString = #fileID) {
  if !holds { broken("\(file):\(line): \(property())") }
}

/// Ends the process with a sentence.
func broken(_ sentence: String) -> Never {
  FileHandle.standardError.write(Data("BROKEN: \(sentence)\n".utf8))
  abort()
}
