import Coinslot
import Engine
import Gateway
import Logging
import NIOCore
import Primitives
import ServiceLifecycle
import Sockets
import Web

extension Assembly {
  /// What keeps the house in order while the server runs: disk, alarms, backups, signs of life, the owner's door.
  func houseServices(group: any EventLoopGroup, notifier: SystemdNotifier) async throws -> [any Service] {
    let ledger = ledger, clock = clock, folder = folder, entropy = entropy, log = log, disk = disk
    // Before anything can be sold.
    await disk.lookOnce()
    let heart = Heart(notifier: notifier, clock: clock) {
      try? await ledger.keep(setting: "heart", "\(clock.nowMS)")
      for loop in group.makeIterator() { _ = try? await loop.submit {}.get() }
    }
    let desk = try await alarmDesk()
    var services: [any Service] = [
      Loop { await disk.run() }, Loop { await desk.run() },
    ]
    // A loop that ends would end the server, and a heart that nobody hears has nothing to do.
    if notifier.beatMS != nil { services.append(Loop { await heart.run() }) }
    if let backups = config.server.backups {
      let nightly = NightlyBackup(
        backups: backups,
        zone: config.server.timeZone,
        ledger: ledger,
        clock: clock,
        log: log
      )
      services.append(Loop { await nightly.run() })
    }
    if let tls { services.append(Loop { await renew(tls) }) }
    let auditOffice = auditOffice
    services.append(Loop { await auditOffice.run() })
    services.append(Loop { await Forgetting(ledger: ledger, clock: clock, log: log).run() })
    do {
      let door = try await AdminSocket.open(in: folder, group: group, log: log) { line in
        guard line == "token reset" else { return nil }
        let audit = AuditLine(atMS: clock.nowMS, actor: "owner of the machine", action: "token.reset")
        let token = try await AdminTokenFile.replace(ledger: ledger, folder: folder, entropy: entropy, audit: audit)
        log.notice("admin token was reset by the owner of the machine")
        return .object([
          .init("token", .string(token)), .init("file", .string(AdminTokenFile.path(in: folder))),
        ])
      }
      services.append(Closing { await door.close() })
    } catch {
      log.warning("no admin socket: a lost admin token cannot be reset", metadata: ["reason": "\(error)"])
    }
    return services
  }

  /// Reads the certificate again every day, so that a renewed one is shown without anybody thinking of it.
  private func renew(_ tls: ServerTLS) async {
    while !Task.isCancelled {
      await clock.pause(forMS: 86_400_000)
      do throws(TLSFileError) { try tls.reload() } catch {
        log.error("certificate not read again; the one before stays in force", metadata: ["error": "\(error)"])
      }
    }
  }

  private func alarmDesk() async throws -> AlarmDesk {
    let ledger = ledger, registry = registry, shop = shop, networks = networks
    var sights = AlarmLookout.Sights()
    sights.zone = config.server.timeZone
    sights.obstacles = obstacles
    sights.sums = { [auditOffice] in await auditOffice.sums() }
    if let tls { sights.certificateEndsMS = { tls.expiresAtMS } }
    sights.machines = { Set(shop.book.slots.values.map(\.does.device)) }
    sights.isOnline = { registry.session(of: $0) != nil }
    sights.sources = {
      var open: Set<Chain> = []
      for slot in shop.book.slots.values {
        // Where the ledger cannot be asked, a slot counts as open.
        guard ((try? await ledger.closure(of: slot.id)) ?? nil) == nil else { continue }
        open.formUnion(slot.pay.map(\.account.chain))
      }
      let troubles = networks.filter { open.contains($0.chain) }.map { ($0.chain, $0.health.trouble) }
      return Dictionary(troubles, uniquingKeysWith: { first, _ in first })
    }
    let lookout = AlarmLookout(ledger: ledger, clock: clock, sights: sights)
    var post: (@Sendable (AlarmNotice, Int) async -> AlarmPost.Answer)?
    if let alarmClient, let alarms = config.alarms {
      let postOffice = AlarmPost(alarms, client: alarmClient)
      post = { notice, merged in await postOffice.send(notice, merged: merged) }
    }
    return AlarmDesk(
      config.alarms,
      kept: try await ledger.setting(AlarmDesk.setting),
      clock: clock,
      log: log,
      look: { await lookout.facts() },
      keep: { try await ledger.keep(setting: AlarmDesk.setting, $0) },
      post: post
    )
  }
}
