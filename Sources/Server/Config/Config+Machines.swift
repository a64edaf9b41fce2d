package import Actuators

extension Config {
  /// The broker that machines with `link: mqtt` are behind.
  package struct Broker: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// How we connect to it; its password is among it.
    package let settings: MQTTSettings

    /// A broker.
    package init(_ settings: MQTTSettings) { self.settings = settings }

    /// Its address alone.
    package var description: String { settings.url }
    package var customMirror: Mirror { Mirror(self, children: []) }
  }

  /// The account whose cars may be told what to do, and the proxy that signs what they are told.
  package struct Tesla: Hashable, Sendable {
    /// The application that the account let in.
    package let keys: TeslaKeySettings
    /// The file of the account's tokens, which the server replaces whenever they are renewed.
    package let tokenFile: String
    /// The signing proxy.
    package let proxyURL: String
    /// The proxy's own certificate, PEM; nil: the system's certificate authorities vouch for it.
    package let proxyCertificate: String?

    /// An account.
    package init(keys: TeslaKeySettings, tokenFile: String, proxyURL: String, proxyCertificate: String?) {
      self.keys = keys
      self.tokenFile = tokenFile
      self.proxyURL = proxyURL
      self.proxyCertificate = proxyCertificate
    }
  }
}
