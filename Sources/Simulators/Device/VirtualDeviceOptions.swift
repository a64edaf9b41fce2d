public import DeviceWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a virtual device is set up.
public struct VirtualDeviceOptions: Sendable {
  /// Where the server is: `ws://host:port/path` or `wss://host:port/path`.
  public var url: String
  /// A PEM file with the certificates of those whose word counts about who a `wss` server is; nil: the system's.
  public var trustedCAFile: String?
  /// Who it is and what it may do.
  public var configuration: DeviceConfiguration
  /// The folder that is its flash.
  public var flashFolder: String
  /// The file for the trace of its pulses, see `PulseTrace`; nil for none.
  public var traceFile: String?
  /// How long it waits before it connects again, milliseconds: at first the least, then twice as long each time.
  public var backoffMS: ClosedRange<Int64> = 1_000...30_000
  /// What is wrong with it.
  public var faults = Faults()
  /// How it dies where a fault says so; by default the process kills itself, as a power cut would end it.
  public var crash: @Sendable () -> Void = { _ = kill(getpid(), SIGKILL) }

  /// A device without faults.
  public init(url: String, configuration: DeviceConfiguration, flashFolder: String, traceFile: String? = nil) {
    self.url = url
    self.configuration = configuration
    self.flashFolder = flashFolder
    self.traceFile = traceFile
  }

  /// What is wrong with a virtual device.
  public struct Faults: Hashable, Sendable {
    /// It dies at this accepted run, counted from 1; nil for never.
    public var crashAfter: Int?
    /// Where in that run it dies.
    public var crashPoint = CrashPoint.afterOutput
    /// So many acknowledgements get lost, and the connection with each.
    public var dropAcks = 0
    /// It takes this long to look at a frame, milliseconds.
    public var slowMS = 0
    /// It starts with an empty flash.
    public var forget = false
    /// It starts with a copy of the flash and keeps what it learns to itself: a second device with the first one's
    /// key, which may run beside the first.
    public var isClone = false

    /// No faults.
    public init() {}
  }

  /// Moments in the life of a run at which power can fail.
  public enum CrashPoint: String, Hashable, Sendable, CaseIterable {
    /// All that comes before the output goes on is done. Of a run that only adds time: nothing is done.
    case beforeOutput = "before-output"
    /// The output is on, and nothing more is done.
    case afterOutput = "after-output"
    /// Everything is done but to tell the server.
    case beforeAck = "before-ack"
    /// The server has been told.
    case afterAck = "after-ack"
  }
}
