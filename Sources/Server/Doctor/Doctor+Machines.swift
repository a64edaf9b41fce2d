import Actuators
import Coinslot
import Logging
import Sockets

extension Doctor {
  /// Machines that we give orders to: whether each can be asked, without telling any to do something.
  ///
  /// A broker and a car's proxy are only connected to: a second client of our name would throw the server out, and a
  /// token can be renewed only once.
  func machines() async -> [Finding] {
    let place = "machines"
    let ours = config.devices.filter(\.link.isOurs)
    guard !ours.isEmpty else { return [] }
    let shop: MachineShop
    do throws(MachineMistake) {
      shop = try MachineShop(
        config,
        clock: SteadyClock(),
        log: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
      )
    } catch {
      return [Finding(place, .bad, error.description, next: "coinslot config check")]
    }
    let found = await withTaskGroup(of: Finding?.self) { group in
      for device in ours {
        guard let machine = shop.machines[device.id] else { continue }
        group.addTask {
          await obstacle(of: device, machine).map {
            Finding(
              place,
              .bad,
              "\(device.id): \($0)",
              next: "see to the machine, or correct its device in the configuration"
            )
          }
        }
      }
      return await group.reduce(into: [Finding]()) { all, finding in all += [finding].compactMap(\.self) }
    }
    guard found.isEmpty else { return found.sorted { $0.words < $1.words } }
    return [Finding(place, .ok, "\(ours.count) machine(s) can be asked")]
  }

  private func obstacle(of device: Config.Device, _ machine: any Machine) async -> String? {
    switch device.link {
    case .mqtt: await door(config.broker?.settings.url, of: "the broker", ports: (1_883, 8_883))
    case .tesla(let car): await door(car.url, of: "the signing proxy", ports: (80, 443))
    default: await machine.obstacle()
    }
  }

  private func door(_ url: String?, of name: String, ports: (plain: Int, secure: Int)) async -> String? {
    guard let url, let mark = url.firstRange(of: "://") else { return nil }
    let isSecure = url[..<mark.lowerBound].lowercased().hasSuffix("s")
    // Only host and port are wanted, whatever the scheme.
    guard let endpoint = try? Endpoint(parsing: "ws://\(url[mark.upperBound...])") else { return nil }
    let isPortWritten = endpoint.port != 80 || url.contains(":80")
    let port = isPortWritten ? endpoint.port : isSecure ? ports.secure : ports.plain
    return await Self.canConnect(endpoint.host, port) ? nil : "\(name) does not answer at \(endpoint.host):\(port)"
  }
}
