import ArgumentParser
import Primitives
import Server

struct MasterKeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "master-key",
    abstract: "Make the key that seals the device keys of a server.",
    subcommands: [New.self]
  )

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a new master key into a file, readable by you alone.",
      discussion: """
        Name the file in server.master_key_file, or give it to systemd as the credential master-key; the next start \
        seals every device key in the data folder with it. Without it they can never be opened again: keep a copy on \
        paper or in a safe, apart from the backups. No backup holds it.

        Example:
          coinslot master-key new /etc/coinslot/master-key
        """
    )

    @Argument(help: "The file to write; never overwritten.")
    var file: String

    @OptionGroup var change: ChangeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let new = try NewFile(file, mode: 0o600)
      if !change.dryRun {
        try new.write((MasterKey.makeText() + "\n").utf8)
        try new.finish()
      }
      if output.isJSON {
        return Standard.json(["file": .string(file), "dry_run": .bool(change.dryRun)])
      }
      Standard.line(
        change.dryRun
          ? "would write \(file)"
          : "wrote \(file)\nset server.master_key_file to it, restart, and keep a copy apart from the backups"
      )
    }
  }
}
