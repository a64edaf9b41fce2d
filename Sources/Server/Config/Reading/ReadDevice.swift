import Coinslot

/// A device as it was read, with the places that later checks point to.
struct ReadDevice {
  let id: DeviceID?
  let idPlace: ConfigPlace
  let path: String
  let device: Config.Device?
}
