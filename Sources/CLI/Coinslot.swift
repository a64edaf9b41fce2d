import ArgumentParser
import Server
import Foundation

/// The program: every subcommand has a file of its own.
@main
struct Coinslot: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coinslot",
    abstract: "A coin slot for anything that has a network connection.",
    discussion: """
      Begin with `coinslot demo`, or with `coinslot init` and then `coinslot serve`.

      Commands that ask a running server find it by --server, by COINSLOT_SERVER, or by the configuration; they show \
      COINSLOT_TOKEN, the file of --token-file, or the token in the server's data folder.

      Lists are tables on a terminal and JSON in a pipe or with --json. Exit codes: 0 done, 1 failed, 2 wrong usage \
      or configuration, 3 not found, 4 not allowed, 5 cannot connect, 6 conflict, 7 outcome unknown.
      """,
    version: Release.version,
    groupedSubcommands: [
      CommandGroup(
        name: "Server",
        subcommands: [
          InitCommand.self, Serve.self, DemoCommand.self, ConfigCommand.self, DoctorCommand.self, BackupCommand.self,
          RestoreCommand.self,
          AlarmCommand.self, TokenCommand.self, MasterKeyCommand.self,
        ]
      ),
      CommandGroup(
        name: "Operation",
        subcommands: [
          SlotCommand.self, DeviceCommand.self, PaymentCommand.self, DispatchCommand.self, ListenCommand.self,
          SourceCommand.self, AuditCommand.self, AuditLogCommand.self, PersonCommand.self,
        ]
      ),
      CommandGroup(name: "Tools", subcommands: [SimCommand.self, VersionCommand.self]),
    ]
  )

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as Failure {
      failure.tell()
      Foundation.exit(failure.code)
    } catch {
      end(with: error)
    }
  }

  /// Ends as the argument parser would, but with our code for wrong usage.
  private static func end(with error: any Error) -> Never {
    let code = exitCode(for: error)
    let message = fullMessage(for: error)
    if code.isSuccess {
      print(message)
    } else if !message.isEmpty {
      Standard.error(message)
    }
    Foundation.exit(code == .validationFailure ? Failure.Kind.usage.rawValue : code.rawValue)
  }
}
