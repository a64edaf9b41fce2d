import Foundation
import Synchronization
import Testing

/// What a night leaves behind: nothing, however it ends.
@Suite(.timeLimit(.minutes(2))) struct NightTownTests {
  private struct Nightmare: Error {}

  @Test(arguments: [true, false]) func nothingIsLeft(_ isWell: Bool) async throws {
    let programs = Mutex<[Program]>([]), folder = Mutex("")
    let night = Task {
      try await NightTown.with { town in
        let (server, device) = try await town.start()
        programs.withLock { $0 = [server, device] }
        folder.withLock { $0 = town.folder }
        #expect(FileManager.default.fileExists(atPath: town.server.configFile))
        guard isWell else {
          // One that cannot even hear a polite request.
          server.kill(SIGSTOP)
          throw Nightmare()
        }
      }
    }
    switch await night.result {
    case .success: #expect(isWell)
    case .failure(let error): #expect(!isWell && error is Nightmare, "\(error)")
    }
    #expect(programs.withLock { $0.count } == 2 && programs.withLock { $0.allSatisfy { !$0.isRunning } })
    #expect(!FileManager.default.fileExists(atPath: folder.withLock { $0 }))
  }
}
