import Actuators
import Coinslot

/// Several machines behind one name, each on an output of its own.
struct NumberedMachines: Machine {
  private let machines: [UInt8: any Machine]

  /// A machine for each part.
  init<Settings>(
    _ parts: [Config.Device.Numbered<Settings>],
    _ make: (Settings) throws(MachineMistake) -> any Machine
  ) throws(MachineMistake) {
    var machines: [UInt8: any Machine] = [:]
    for part in parts { machines[part.output] = try make(part.settings) }
    self.machines = machines
  }

  /// Why one of them cannot be asked, that of the lowest number first; all are looked at, at once.
  func obstacle() async -> String? {
    await withTaskGroup(of: (UInt8, String?).self) { group in
      for (output, machine) in machines { group.addTask { (output, await machine.obstacle()) } }
      var found: [UInt8: String] = [:]
      for await (output, obstacle) in group { found[output] = obstacle }
      return found.min { $0.key < $1.key }?.value
    }
  }

  func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    // An output that was taken out of the configuration may have been driven before.
    guard let machine = machines[deed.channel.number] else {
      return deed.mayHaveHappened ? .unknown(EndWord.interrupted) : .notDone(EndWord.cannot)
    }
    return await machine.carryOut(deed, started: started)
  }
}
