import ArgumentParser
import AsyncHTTPClient
import Primitives
import Server

struct AlarmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alarm",
    abstract: "See that a person would hear of trouble.",
    subcommands: [Test.self]
  )

  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a test message to the webhook now, and say what came back.",
      discussion: """
        It goes from here, by the configuration, whether the server runs or not. The server itself sends one every day.

        Examples:
          coinslot alarm test
          coinslot alarm test --config /etc/coinslot/coinslot.yaml
        """
    )

    @Option(help: ArgumentHelp("The configuration.", valueName: "file"))
    var config: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
      let loaded = try LoadedConfig.found(named: config)
      guard let alarms = loaded.config.alarms else {
        throw Failure(.usage, "no alarms are configured", hint: "set alarms.webhook_file: coinslot config default")
      }
      let client = AlarmPost.client()
      let answer = await Progress.during("waiting for the webhook") { _ in
        await AlarmPost(alarms, client: client).sendTest()
      }
      try? await client.shutdown()
      guard answer.isGood else {
        throw Failure(.failed, "\(answer)", hint: "alarms.webhook_file holds the URL; try it with curl -d test URL")
      }
      if output.isJSON {
        Standard.json(["arrived": true, "words": .string("\(answer)")])
      } else {
        Standard.line("\(answer); did it reach you?")
      }
    }
  }
}

extension LoadedConfig {
  /// The configuration as `serve` finds it.
  ///
  /// - Throws: `Failure.usage` with every mistake.
  static func found(named file: String?) throws -> LoadedConfig {
    let loader = ConfigLoader.ofProcess(account: NetworkAccounts.account)
    do throws(ConfigRefusal) {
      return try loader.load(file: try loader.find(named: file))
    } catch {
      throw Failure(.usage, error.description, hint: "coinslot config check tells more")
    }
  }
}
