/// Cuts the bytes of a socket into messages: a JSON object, then two line feeds.
///
/// Bytes may be split anywhere, inside a character of UTF-8 too. Two line feeds inside a string or between the members of
/// an object end nothing: brackets and quotes are followed, in one pass. A message of more than 16 MiB is refused, and so
/// is anything between two messages that is not white space; nothing is read after a refusal.
package struct CoreLightningFrames: Sendable {
  /// The most bytes of one message.
  package static let limit = 16 << 20

  package enum Fault: Error, Hashable, Sendable {
    case tooLong
    /// Something that begins no object, or follows one without two line feeds between.
    case garbage

    package var words: String {
      switch self {
      case .tooLong: "an answer longer than \(CoreLightningFrames.limit >> 20) MiB"
      case .garbage: "bytes that are no JSON-RPC"
      }
    }
  }

  private enum Place { case between, inside, behind }

  private let limit: Int
  private var buffer: [UInt8] = []
  private var scanned = 0
  private var start = 0
  private var place = Place.between
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var lineFeeds = 0

  package init(limit: Int = CoreLightningFrames.limit) { self.limit = limit }

  /// Whether a message has begun and not ended.
  package var isInside: Bool { place != .between }

  /// Takes what was read.
  package mutating func receive(_ bytes: some Sequence<UInt8>) {
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 16)
      (start, scanned) = (0, 0)
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next whole message, without the line feeds; nil where it is not all there.
  ///
  /// - Throws: `Fault`; the connection is of no more use then.
  package mutating func next() throws(Fault) -> [UInt8]? {
    while scanned < buffer.count {
      let byte = buffer[scanned]
      scanned += 1
      switch place {
      case .between: try begin(byte)
      case .inside: follow(byte)
      case .behind:
        guard byte == 0x0a else {
          guard isSpace(byte) else { throw .garbage }
          lineFeeds = 0
          break
        }
        lineFeeds += 1
        if lineFeeds == 2 { return cut() }
      }
      guard scanned - start <= limit else { throw .tooLong }
    }
    return nil
  }

  private mutating func begin(_ byte: UInt8) throws(Fault) {
    guard !isSpace(byte) else {
      start = scanned
      return
    }
    guard byte == 0x7b else { throw .garbage }
    (place, depth) = (.inside, 1)
  }

  private mutating func follow(_ byte: UInt8) {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == 0x5c {
        isEscaped = true
      } else if byte == 0x22 {
        isInString = false
      }
      return
    }
    switch byte {
    case 0x22: isInString = true
    case 0x7b, 0x5b: depth += 1
    case 0x7d, 0x5d:
      depth -= 1
      if depth == 0 { (place, lineFeeds) = (.behind, 0) }
    default: break
    }
  }

  private mutating func cut() -> [UInt8] {
    let message = Array(buffer[start..<scanned - 2])
    // What was handed out is dropped once it is most of what is kept, so that no byte is moved often.
    start = scanned
    if start > 1 << 16, start > buffer.count / 2 {
      buffer.removeFirst(start)
      (start, scanned) = (0, 0)
    }
    place = .between
    return message
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }
}
