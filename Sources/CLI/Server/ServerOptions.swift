import ArgumentParser
import Foundation
import Server

/// Which server a command asks, and with which token.
struct ServerOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The server.", valueName: "url"))
  var server: String?

  @Option(name: .long, help: ArgumentHelp("The file that holds the admin token.", valueName: "file"))
  var tokenFile: String?

  @Option(name: .long, help: ArgumentHelp("The configuration to take server and token from.", valueName: "file"))
  var config: String?

  @Flag(name: .long, help: "Send the token over plain http to another machine.")
  var insecure = false

  /// The server with everything that is needed to ask it.
  ///
  /// - Throws: `Failure` where the configuration that would tell is wrong, or a token would be sent in the open.
  func client() throws -> ServerClient {
    let environment = ProcessInfo.processInfo.environment
    var url = server ?? environment["COINSLOT_SERVER"].flatMap { $0.isEmpty ? nil : $0 }
    var token = try tokenFile.map(Self.token(in:))
    if token == nil, tokenFile == nil { token = environment["COINSLOT_TOKEN"].flatMap { $0.isEmpty ? nil : $0 } }
    var tokenPlace = "COINSLOT_TOKEN"
    var names: [String: String] = [:]
    if url == nil || token == nil {
      if let found = try configured(isNeeded: config != nil) {
        // A token belongs to its server: the one of this configuration is sent only to the server of this configuration.
        if url == nil {
          url = found.url
          names = found.names
          tokenPlace = "\(found.data)/admin.token"
          if token == nil, FileManager.default.fileExists(atPath: tokenPlace) { token = try Self.token(in: tokenPlace) }
        }
      }
    }
    return try ServerClient(
      url: url ?? "http://127.0.0.1:8402",
      token: token,
      tokenPlace: tokenPlace,
      names: names,
      mayBeInsecure: insecure
    )
  }

  /// What the configuration says of the server on this machine; nil where there is no configuration at all.
  private func configured(isNeeded: Bool) throws -> (url: String, data: String, names: [String: String])? {
    let loader = ConfigLoader.ofProcess(account: NetworkAccounts.account)
    let file: String
    do throws(ConfigRefusal) { file = try loader.find(named: config) } catch {
      if !isNeeded, ProcessInfo.processInfo.environment["COINSLOT_CONFIG"] == nil { return nil }
      throw Failure(.usage, error.description)
    }
    do throws(ConfigRefusal) {
      let config = try loader.load(file: file).config
      return (config.server.localURL, config.server.data, config.server.localNames)
    } catch {
      throw Failure(.usage, error.description, hint: "set it right, or name the server: --server http://127.0.0.1:8402")
    }
  }

  private static func token(in file: String) throws -> String {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw Failure(
        .notAllowed,
        "the token in \(file) cannot be read",
        hint: "run this as its owner, or name another --token-file"
      )
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
