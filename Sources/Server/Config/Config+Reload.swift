import Coinslot

extension Config {
  /// The settings that differ from `old` and count only after a restart.
  ///
  /// Slots, prices and devices on the device link count at once.
  package func settingsThatNeedRestart(since old: Config) -> [String] {
    var names: [String] = []
    func note(_ name: String, _ isSame: Bool) { if !isSame { names.append(name) } }
    note("server.listen", server.listen == old.server.listen)
    note("server.public_url", server.publicURL == old.server.publicURL)
    note("server.data", server.data == old.server.data)
    note("server.trusted_proxies", server.trustedProxies == old.server.trustedProxies)
    note("server.names", server.names == old.server.names)
    note("server.device_path", server.devicePath == old.server.devicePath)
    note("server.tls", server.tls == old.server.tls)
    note("server.time_zone", server.timeZone == old.server.timeZone)
    note("server.master_key_file", server.masterKey == old.server.masterKey)
    note("server.metrics_token_file", server.metricsToken == old.server.metricsToken)
    note("server.disk", server.disk == old.server.disk)
    note("server.backups", server.backups == old.server.backups)
    note("networks.nano.chain", nano?.chain == old.nano?.chain)
    note("networks.nano.rpc", nano?.rpc == old.nano?.rpc)
    note("networks.nano.websocket", nano?.websocket == old.nano?.websocket)
    note("networks.nano.callback", nano?.callback == old.nano?.callback)
    note("networks.lightning", lightning == old.lightning)
    note("mqtt", broker == old.broker)
    note("tesla", tesla == old.tesla)
    names += changedMachines(since: old).map { "devices: \($0)" }
    note("limits", limits == old.limits)
    note("alarms", alarms == old.alarms)
    note("retention", retention == old.retention)
    note("log", log == old.log)
    return names
  }

  /// Machines with another link that are new, gone or set up otherwise, by name.
  private func changedMachines(since old: Config) -> [DeviceID] {
    func machines(_ config: Config) -> [DeviceID: Device] {
      Dictionary(config.devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
    let (now, before) = (machines(self), machines(old))
    return Set(now.keys).union(before.keys).filter { id in
      let links = [now[id]?.link, before[id]?.link]
      return links[0] != links[1] && links.contains { $0.map { $0.kind != .websocket } ?? false }
    }.sorted { $0.rawValue < $1.rawValue }
  }
}
