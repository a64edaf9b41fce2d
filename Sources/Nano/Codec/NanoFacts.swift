public import Coinslot
public import Primitives

/// Numbers and names that are the same for everyone on the Nano network.
public enum NanoFacts {
  /// 31 zero bytes and a 6: what a state block's hash begins with.
  public static let statePreamble = Bytes32(words: 0, 0, 0, 6)
  /// The account nobody owns: its key is all zero, and anyone can forge its signature.
  public static let burnKey = Bytes32.zero

  /// 0.000001 XNO: the least amount an older device on `/call` may be told of, and the smallest step of a price.
  ///
  /// Such devices cut the last 24 digits off, and read a number that has fewer as if nothing had to be cut: to them
  /// less than this is a fortune. Many wallets cannot send less either.
  public static let leastAmount = Amount(1_000_000_000_000_000_000_000_000)

  /// `link` of the block that lifted an account to epoch 1: `epoch v1 block` and zeros.
  public static let epoch1Link = Bytes32(words: 0x6570_6F63_6820_7631, 0x2062_6C6F_636B_0000, 0, 0)
  /// `link` of the block that lifted an account to epoch 2: `epoch v2 block` and zeros.
  public static let epoch2Link = Bytes32(words: 0x6570_6F63_6820_7632, 0x2062_6C6F_636B_0000, 0, 0)
  /// Who signs epoch 1 blocks on the live network: the genesis key.
  public static let epoch1SignerLive = genesisKeyLive
  /// Who signs epoch 2 blocks on the live network.
  public static let epoch2SignerLive = Bytes32(
    words: 0xDD24_A920_0D4B_F824,
    0x7981_E4AC_63DB_DE38,
    0xFD23_1938_6970_A26D,
    0x02EC_C98C_7997_5DB1
  )

  /// The first account of the live network.
  public static let genesisKeyLive = Bytes32(
    words: 0xE892_08DD_038F_BB26,
    0x9987_6896_21D5_2292,
    0xAE9C_3594_1A74_8475,
    0x6ECC_ED92_A650_93BA
  )
  /// The hash of the first block of the live network; a node's `network_identifier`.
  public static let genesisLive = Bytes32(
    words: 0x991C_F190_094C_00F0,
    0xB68E_2E5F_75F6_BEE9,
    0x5A2E_0BD9_3CEA_A4A6,
    0x734D_B9F1_9B72_8948
  )
  /// The hash of the first block of the beta network.
  public static let genesisBeta = Bytes32(
    words: 0xE122_7CF9_74C1_455A,
    0x8B63_0433_D94F_3DDB,
    0xF495_EEAC_9ADD_2481,
    0xA4A1_D90A_0D00_F488
  )
  /// The hash of the first block of the development network.
  public static let genesisDev = Bytes32(
    words: 0x0427_0D7F_11C4_B2B4,
    0x72F2_854C_5A59_F2A7,
    0xE842_26CE_9ED7_99DE,
    0x7574_4BD7_D85F_C9D9
  )
}

extension NanoFacts {
  /// The TCP ports a node listens on unless told otherwise.
  public struct Ports: Hashable, Sendable {
    /// Other nodes.
    public let peer: Int?
    /// RPC over HTTP.
    public let rpc: Int
    /// RPC over a local socket.
    public let ipc: Int?
    /// The WebSocket.
    public let webSocket: Int?

    /// Of the live network.
    public static let live = Ports(peer: 7075, rpc: 7076, ipc: 7077, webSocket: 7078)
    /// Of the beta network.
    public static let beta = Ports(peer: 54000, rpc: 55000, ipc: nil, webSocket: nil)
    /// Of the development network.
    public static let dev = Ports(peer: nil, rpc: 45000, ipc: nil, webSocket: nil)
  }
}
