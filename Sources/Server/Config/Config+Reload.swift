extension Config {
  /// The settings that differ from `old` and count only after a restart; slots, prices and devices count at once.
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
    note("limits", limits == old.limits)
    note("alarms", alarms == old.alarms)
    note("retention", retention == old.retention)
    note("log", log == old.log)
    return names
  }
}
