import Coinslot
import HTTPTypes
import Hummingbird
import Primitives

/// A consistent copy of the ledger, made while work goes on.
struct BackupRoutes {
  let context: WebContext

  func add(to routes: Routes) {
    // One at a time: a copy takes as much disk as the ledger itself.
    let gate = Gate(greatest: 1)
    routes.post("/v1/backup") { request, _ in
      let isDryRun = try QueryParameters(request, allowed: ["dry_run"]).isDryRun()
      _ = try JSONBody(try await request.boundedBody(), of: request, allowed: [])
      if isDryRun { return .json(.members(["dry_run": true, "would": "backup"])) }
      guard let pass = gate.enter() else {
        throw Problem.unavailable("backup_running", "Another backup is running.", seconds: 10)
      }
      let nowMS = context.clock.nowMS
      let name = ID.make("backup", nowMS: nowMS, entropy: context.entropy)
      let file = try await TemporaryFile.make(at: "\(context.settings.backupFolder)/\(name).tmp") { path in
        try await context.ledger.backUp(to: path, nowMS: nowMS)
      }
      let headers: HTTPFields = [
        .contentType: "application/vnd.sqlite3", .cacheControl: "no-store",
        .contentDisposition: "attachment; filename=\"coinslot-\(CalendarTime(ms: nowMS).compact).sqlite\"",
      ]
      return Response(status: .ok, headers: headers, body: file.body(keeping: pass))
    }
  }
}
