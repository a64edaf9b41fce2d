import ArgumentParser
import Foundation
import Primitives
import Server

struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Change the admin token.",
    subcommands: [Rotate.self, Reset.self]
  )

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make another admin token; the old one is dead at once. Shown this once.",
      discussion: """
        The server also writes it to admin.token in its data folder, where commands on that machine find it.

        Examples:
          coinslot token rotate
          coinslot token rotate --save-token admin.token
        """
    )

    @Option(help: ArgumentHelp("Write it into this new file instead of showing it.", valueName: "file"))
    var saveToken: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try server.client()
      if change.dryRun {
        let answer = try await client.post("/v1/token/rotate", isDryRun: true)
        return output.isJSON ? Standard.json(answer) : Standard.line("would make another admin token")
      }
      let file = try saveToken.map { try NewFile($0, mode: 0o600) }
      let answer: JSONValue
      do {
        answer = try await client.post("/v1/token/rotate")
      } catch let failure as Failure where failure.kind == .unknown || failure.kind == .notAllowed {
        throw Failure(
          failure.kind,
          failure.words,
          hint: "if the old token is dead now, on the server's machine: coinslot token reset"
        )
      }
      try TokenCommand.show(answer, file: file, named: saveToken, output: output)
    }
  }

  struct Reset: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make another admin token without the old one, on the server's own machine.",
      discussion: """
        For a token that is lost. The server must run; it asks the system who is there, and obeys only root and the \
        user it runs as.

        Examples:
          coinslot token reset
          sudo -u coinslot coinslot token reset --config /etc/coinslot/coinslot.yaml
        """
    )

    @Option(help: ArgumentHelp("The configuration that names the data folder.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Write it into this new file instead of showing it.", valueName: "file"))
    var saveToken: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
      let path = "\(try LoadedConfig.found(named: config).config.server.data)/admin.sock"
      let file = try saveToken.map { try NewFile($0, mode: 0o600) }
      let text: String
      do throws(UnixVisit.Failure) {
        text = try UnixVisit.say("token reset", at: path)
      } catch {
        switch error {
        case .noDoor(let why):
          throw Failure(.cannotConnect, "\(path): \(why)", hint: "is the server running, and are you its user or root?")
        case .refused:
          throw Failure(.notAllowed, "the server refuses this user", hint: "run this as the server's user, or as root")
        }
      }
      guard let answer = try? JSONValue(parsing: text), answer["token"]?.string != nil else {
        throw Failure(.failed, "the server did not do it", hint: "its log says why")
      }
      try TokenCommand.show(answer, file: file, named: saveToken, output: output)
    }
  }

  private static func show(_ answer: JSONValue, file: NewFile?, named: String?, output: OutputOptions) throws {
    guard let token = answer["token"]?.string else { throw Failure(.failed, "the answer holds no token") }
    if let file, let named {
      try file.write((token + "\n").utf8)
      try file.finish()
      return output.isJSON
        ? Standard.json(["token_file": .string(named)])
        : Standard.line("the new token is in \(named); the old one is dead")
    }
    if output.isJSON { return Standard.json(answer) }
    var sheet = Sheet()
    sheet.add("token", token)
    sheet.add("also in", answer["file"]?.string)
    sheet.add("note", "Shown this once. The old one is dead.")
    Standard.line(sheet.text)
  }
}
