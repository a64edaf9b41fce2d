import Foundation

/// Reads the files that keep our keys to nodes and machines.
extension ConfigReader {
  /// The lines of a secret in a file of its own, and the file; nil where the key is not written or the file is no good.
  func secretLines(
    _ section: ConfigSection,
    _ key: String,
    make: String,
    most: Int = 1
  ) -> (path: String, lines: [String])? {
    guard let path = path(section, key) else { return nil }
    do throws(Wrong) {
      let bytes = try files.secret(at: path, make: make)
      let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      guard (1...most).contains(lines.count) else {
        throw Wrong("\(path) must hold \(most == 1 ? "one line" : "1 to \(most) lines")", hint: make)
      }
      return (path, lines)
    } catch {
      section.error(key, error.words, hint: error.hint)
      return nil
    }
  }

  /// As `secretLines`, of a file that must be named.
  func neededSecret(_ section: ConfigSection, _ key: String, make: String) -> (path: String, text: String)? {
    if !section.has(key) { notes.error(section.place, section.path, "\"\(key)\" is missing", hint: make) }
    return secretLines(section, key, make: make).flatMap { found in found.lines.first.map { (found.path, $0) } }
  }

  /// The file of the certificates that another program is known by.
  func certificateFile(_ section: ConfigSection, _ key: String = "certificate") -> String? {
    guard let path = path(section, key) else { return nil }
    do throws(Wrong) {
      let bytes = try files.contents(of: path, limit: ConfigFiles.maxKeyBytes)
      guard String(decoding: bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
        throw Wrong("\(path) holds no certificate", hint: "PEM, which begins with -----BEGIN CERTIFICATE-----")
      }
      return path
    } catch {
      section.error(key, error.words, hint: error.hint)
      return nil
    }
  }
}
