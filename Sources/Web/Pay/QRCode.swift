import CQREncode

/// A QR code (ISO/IEC 18004) of error correction level M, to be drawn.
package struct QRCode: Sendable {
  /// Modules on a side, without the quiet zone.
  package let width: Int
  private let modules: [Bool]

  /// The light frame around a code that scanners need, modules.
  package static let quietZone = 4

  /// The code of a text, byte by byte as it is; nil where it is empty or longer than a code can hold.
  ///
  /// The text is not put into upper case: a Nano address has only lower case.
  package init?(_ text: String) {
    guard !text.isEmpty, text.utf8.count <= 2_300, !text.utf8.contains(0),
      let code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1)
    else { return nil }
    defer { QRcode_free(code) }
    guard let data = code.pointee.data else { return nil }
    let width = Int(code.pointee.width)
    self.width = width
    modules = (0..<width * width).map { data[$0] & 1 == 1 }
  }

  /// Whether the module at a place is dark.
  package subscript(column: Int, row: Int) -> Bool { modules[row * width + column] }

  /// Modules on a side with the quiet zone.
  package var side: Int { width + 2 * QRCode.quietZone }

  /// The dark modules as one SVG path in whole units, the quiet zone included: each run of a row is one rectangle.
  package var path: String {
    var path = ""
    for row in 0..<width {
      var column = 0
      while column < width {
        guard self[column, row] else {
          column += 1
          continue
        }
        let start = column
        while column < width, self[column, row] { column += 1 }
        let length = column - start
        path += "M\(start + QRCode.quietZone) \(row + QRCode.quietZone)h\(length)v1h-\(length)z"
      }
    }
    return path
  }
}
