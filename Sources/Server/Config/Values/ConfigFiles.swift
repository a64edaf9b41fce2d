import Foundation

/// The files that a configuration names, seen from where it stands.
struct ConfigFiles: Sendable {
  /// The folder of the configuration file; its relative paths begin there.
  let folder: String
  /// The folder that paths in flags and in the environment begin at.
  let workingFolder: String
  /// Where systemd puts credentials, if it does.
  let credentials: String?

  /// Bytes that a file of keys may have.
  static let maxKeyBytes = 1 << 20
  private static let credentialsPrefix = "$CREDENTIALS_DIRECTORY/"

  /// The absolute path that a text means.
  func path(_ text: String, from place: ConfigPlace) throws(Wrong) -> String {
    guard !text.isEmpty else { throw Wrong("is empty", hint: "write a path") }
    guard !text.hasPrefix("~") else { throw Wrong("\"~\" is not expanded here", hint: "write the whole path") }
    if text.hasPrefix(Self.credentialsPrefix) {
      guard let credentials else {
        throw Wrong("$CREDENTIALS_DIRECTORY is not set", hint: "systemd sets it where the unit has LoadCredential=")
      }
      return clean(text.dropFirst(Self.credentialsPrefix.count), in: credentials)
    }
    guard !text.hasPrefix("$") else {
      throw Wrong("variables are not expanded here", hint: "only $CREDENTIALS_DIRECTORY/ is")
    }
    if case .file = place { return clean(Substring(text), in: folder) }
    return clean(Substring(text), in: workingFolder)
  }

  private func clean(_ text: Substring, in folder: String) -> String {
    let whole = text.hasPrefix("/") ? String(text) : "\(folder)/\(text)"
    return URL(fileURLWithPath: whole).standardizedFileURL.path
  }

  /// The content of a file that holds a secret: nobody but its owner may read it; `make` says how to make a missing one.
  func secret(at path: String, make: String) throws(Wrong) -> [UInt8] {
    let bytes = try contents(of: path, limit: Self.maxKeyBytes, make: make)
    // systemd shows its credentials to one service only, whatever their mode says.
    if let credentials, path.hasPrefix(credentials + "/") { return bytes }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue, mode & 0o077 == 0 else {
      throw Wrong("others can read this secret", hint: "chmod 600 \(path)")
    }
    return bytes
  }

  /// Whether there is a program that we may run.
  func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return isThere && !isFolder.boolValue && FileManager.default.isExecutableFile(atPath: path)
  }

  /// The content of a file.
  func contents(of path: String, limit: Int, make: String? = nil) throws(Wrong) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Wrong("there is no file \(path)", hint: make)
    }
    guard !isFolder.boolValue else { throw Wrong("\(path) is a folder", hint: "name a file") }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw Wrong("\(path) cannot be read", hint: "see who owns it")
    }
    defer { try? file.close() }
    guard let data = try? file.read(upToCount: limit + 1) else { return [] }
    guard data.count <= limit else { throw Wrong("\(path) is too large", hint: "at most \(limit) bytes") }
    return Array(data)
  }
}
