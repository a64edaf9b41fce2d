/// How the other side broke the WebSocket protocol or a bound.
package enum WebSocketFault: Error, Equatable, Sendable, CaseIterable {
  /// A frame to a server that is not masked, or to a client that is.
  case wrongMasking
  /// A reserved bit is set although no extension was agreed on.
  case reservedBits
  /// An opcode that RFC 6455 does not know.
  case unknownOpcode
  /// A control frame that is fragmented or longer than 125 bytes.
  case badControlFrame
  /// A continuation of nothing, or a new message inside another one.
  case badFragment
  /// A length not written in its shortest form, or beyond 63 bits.
  case badLength
  /// A close frame with half a code, or one that may not be sent.
  case badCloseFrame
  /// Text that is not UTF-8.
  case invalidText
  /// A message longer than the bound.
  case messageTooBig
  /// A message in more fragments than the bound.
  case tooManyFragments
  /// A message of bytes where only text is spoken.
  case binaryRefused

  /// The code to close with.
  package var closeCode: WebSocketCloseCode {
    switch self {
    case .wrongMasking, .reservedBits, .unknownOpcode, .badControlFrame, .badFragment, .badLength, .badCloseFrame:
      .protocolError
    case .invalidText: .invalidText
    case .messageTooBig, .tooManyFragments: .messageTooBig
    case .binaryRefused: .unsupportedData
    }
  }
}
