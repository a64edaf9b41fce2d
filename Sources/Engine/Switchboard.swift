package import Coinslot

/// Devices on our own link and machines that we drive, as one: the dispatcher and the pages do not tell them apart.
package struct Switchboard: Actuator, Presence {
  private let links: any Actuator & Presence
  private let machines: MachineRoom

  /// Both kinds.
  package init(links: any Actuator & Presence, machines: MachineRoom) {
    self.links = links
    self.machines = machines
  }

  package func session(of device: DeviceID) -> SessionEpoch? {
    machines.has(device) ? machines.session(of: device) : links.session(of: device)
  }

  package func perform(_ order: Order) async -> Performance {
    machines.has(order.dispatch.channel.device) ? await machines.perform(order) : await links.perform(order)
  }

  package func link(of device: DeviceID) -> LinkState {
    guard machines.has(device) else { return links.link(of: device) }
    return LinkState(
      isOnline: machines.session(of: device) != nil,
      lastSeenMS: machines.lastSeenMS(device),
      firmware: nil,
      outputs: []
    )
  }

  package func ping(_ device: DeviceID, timeoutMS: Int64) async -> Bool {
    machines.has(device) ? await machines.answers(device) : await links.ping(device, timeoutMS: timeoutMS)
  }

  package func disconnect(_ device: DeviceID) async {
    if !machines.has(device) { await links.disconnect(device) }
  }
}
