import Primitives

/// Unpredictable bytes for keys, from the operating system.
enum Chance {
  /// That many bytes as lower-case hex.
  static func hex(bytes count: Int) -> String {
    var source = SystemRandomNumberGenerator()
    return Hex.encode((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &source) })
  }
}
