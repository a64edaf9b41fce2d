import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file of a node's socket: who may open it.
package enum CoreLightningSocketFile {
  /// The most bytes of the path of a unix socket.
  static let pathLimit = 107

  /// What can be said of the file without opening it.
  package enum Condition: Hashable, Sendable {
    /// This user may open it.
    case usable
    /// Everybody on this machine may open it, and so spend what the node has.
    case openToAll
    case missing
    case notASocket
    /// A file this user may not open: whose it is, and its mode.
    case closed(user: String, owner: String, group: String, mode: UInt32)
    /// A folder above it is closed to this user, or the system cannot look.
    case hidden(code: Int32)
    case pathTooLong

    /// A sentence for the operator; nil where all is well.
    package func words(_ path: String) -> String? {
      switch self {
      case .usable: nil
      case .openToAll:
        "\(path) can be opened by everybody on this machine, who can then spend all the node has; "
          + "set rpc-file-mode=0660 in the node's configuration"
      case .missing:
        "\(path): there is no such socket; is lightningd running, and is this the folder of the right network?"
      case .notASocket: "\(path) is no socket; name the file lightning-rpc in the folder of the network"
      case .closed(let user, let owner, let group, let mode):
        "\(path) cannot be opened by user \(user): it belongs to user \(owner) and group \(group), mode "
          + "0\(String(mode, radix: 8)); set rpc-file-mode=0660 in the node's configuration and add \(user) to the group "
          + "\(group), or better, use clnrest with a rune"
      case .hidden(let code):
        "\(path) cannot be looked at (system error \(code)); let this user enter the folders above it, or better, use "
          + "clnrest with a rune"
      case .pathTooLong: "\(path) is longer than the \(CoreLightningSocketFile.pathLimit) bytes of a socket's path"
      }
    }
  }

  /// Looks at the file.
  package static func look(at path: String) -> Condition {
    guard path.utf8.count <= pathLimit else { return .pathTooLong }
    var facts = stat()
    guard stat(path, &facts) == 0 else { return errno == ENOENT ? .missing : .hidden(code: errno) }
    guard facts.st_mode & S_IFMT == S_IFSOCK else { return .notASocket }
    // Connecting takes the permission to write.
    guard access(path, W_OK) == 0 else {
      return .closed(
        user: userName(geteuid()),
        owner: userName(facts.st_uid),
        group: groupName(facts.st_gid),
        mode: UInt32(facts.st_mode) & 0o777
      )
    }
    return facts.st_mode & S_IWOTH != 0 ? .openToAll : .usable
  }

  /// Why no connection could be made.
  static func failure(to path: String, _ error: any Error) -> NodeFailure {
    if let failure = error as? NodeFailure { return failure }
    let condition = look(at: path)
    switch condition {
    case .notASocket, .closed, .hidden, .pathTooLong: return .refused(condition.words(path) ?? path)
    case .missing: return .away(condition.words(path) ?? path)
    case .usable, .openToAll: break
    }
    switch (error as? IOError)?.errnoCode {
    case ECONNREFUSED?: return .away("nobody listens at \(path), though the file is there: the node is stopped")
    case EACCES?, EPERM?:
      return .refused("\(path) cannot be opened by user \(userName(geteuid())): the system forbids it")
    case let code?: return .away("\(path) cannot be opened (system error \(code))")
    case nil: return .away("\(path) cannot be opened (\(type(of: error)))")
    }
  }

  private static func userName(_ id: uid_t) -> String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var space = [CChar](repeating: 0, count: 4_096)
    guard getpwuid_r(id, &entry, &space, space.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return String(id)
    }
    return String(cString: name)
  }

  private static func groupName(_ id: gid_t) -> String {
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    // A group's entry holds the names of all its members.
    var space = [CChar](repeating: 0, count: 65_536)
    guard getgrgid_r(id, &entry, &space, space.count, &found) == 0, found != nil, let name = entry.gr_name else {
      return String(id)
    }
    return String(cString: name)
  }
}
