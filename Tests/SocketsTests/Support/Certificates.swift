import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Certificates for `localhost`, `127.0.0.1` and `::1` and their keys, good for nothing but tests, and files of them.
enum Certificates {
  /// Valid 2020 to 2120, self-signed.
  static let first = """
    -----BEGIN CERTIFICATE-----
    MIIBdjCCAR2gAwIBAgIBAjAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhzZXJ2ZXIg
    MTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowEzERMA8GA1UEAwwI
    c2VydmVyIDEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASeE0nnePLZJJkxl0kY
    1ENb4lg47Hi7tRCYZhnWmm1h5e4y05eJxBs4ojMzxfrY3rc65nxBlgrKTI3ApmJc
    dYXvo2AwXjAsBgNVHREEJTAjgglsb2NhbGhvc3SHBH8AAAGHEAAAAAAAAAAAAAAA
    AAAAAAEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQU/vr1nWwxouHeZo9g7ZaQ
    /sFD16IwCgYIKoZIzj0EAwIDRwAwRAIgVb+ZdDKdbtDxMA0mT7jKKzCthcX+IbuQ
    nMNGNYpI7pgCIFJU5e3YG6AFcaT02PZ0JwEKBkaQziU61rO4YP8+rOkI
    -----END CERTIFICATE-----
    """
  /// Another of the same kind with a key of its own.
  static let second = """
    -----BEGIN CERTIFICATE-----
    MIIBdjCCAR2gAwIBAgIBAzAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhzZXJ2ZXIg
    MjAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowEzERMA8GA1UEAwwI
    c2VydmVyIDIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASrmpNGIkscYMn5lPib
    H6b4DKk4KALMYhwP5RVx62MtKmUAwbNrsSutwAFg36GtTnMIB8Zk+AWO2hFd3nwQ
    ezKNo2AwXjAsBgNVHREEJTAjgglsb2NhbGhvc3SHBH8AAAGHEAAAAAAAAAAAAAAA
    AAAAAAEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUKK33W66vtZPzUZfap03S
    LwDJK6UwCgYIKoZIzj0EAwIDRwAwRAIgWVsBIwAhbS6p8mtLsDey7lyje/XOsj8J
    VWObXs9KaNoCIGLjEoiV4qTfcAeOHYRO2WkV8ybWHxZ7iCZsc6EVAEE0
    -----END CERTIFICATE-----
    """
  /// Of the first key; ended with the year 2020.
  static let expired = """
    -----BEGIN CERTIFICATE-----
    MIIBAzCBqgIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANvbGQwHhcNMjAwMTAx
    MDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAOMQwwCgYDVQQDDANvbGQwWTATBgcqhkjO
    PQIBBggqhkjOPQMBBwNCAASeE0nnePLZJJkxl0kY1ENb4lg47Hi7tRCYZhnWmm1h
    5e4y05eJxBs4ojMzxfrY3rc65nxBlgrKTI3ApmJcdYXvMAoGCCqGSM49BAMCA0gA
    MEUCIQCPmtpJfWcV7AY5ynv4RYK+DPByX5HZtz+JM0VKs5nImwIgTPwcW5u8zwac
    bYycFsJ/3rT+vxgU0S8iK8PK44zfEjU=
    -----END CERTIFICATE-----
    """
  static let firstKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpcNlAtarI/OF/xzi
    ZTEngPjB7E+oqltBx5VI/VKr+0ihRANCAASeE0nnePLZJJkxl0kY1ENb4lg47Hi7
    tRCYZhnWmm1h5e4y05eJxBs4ojMzxfrY3rc65nxBlgrKTI3ApmJcdYXv
    -----END PRIVATE KEY-----
    """
  static let secondKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNEapP7ZKS8cvRkeE
    E4C6UoF1q1JV6Fn21Iq1g3bVb12hRANCAASrmpNGIkscYMn5lPibH6b4DKk4KALM
    YhwP5RVx62MtKmUAwbNrsSutwAFg36GtTnMIB8Zk+AWO2hFd3nwQezKN
    -----END PRIVATE KEY-----
    """
  /// The first key behind a passphrase.
  static let lockedKey = """
    -----BEGIN EC PRIVATE KEY-----
    Proc-Type: 4,ENCRYPTED
    DEK-Info: AES-128-CBC,9CABA12EF8DDF8514086DC2FB572DB18

    i1t1SRz4uWKz5VCpatT1UpHGq4t2lxZIc/qKwDRC+pJ/QLUrZA38Gkq/vVW+dmMA
    szgt8s+73G3kyYxWDw7/pa7f/N++/jsDXGymsT7sRZQBT859ZYGv8AGK4GREra5x
    7YMtbsll2uRp7qbPTxstCy55BKnu+54nero4BRvQaMg=
    -----END EC PRIVATE KEY-----
    """
}

/// A folder of the test's own, gone at its end.
final class Folder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/coinslot-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink(name) }
    rmdir(path)
  }

  private var names: [String] { ["cert.pem", "key.pem", "other.pem"].map { "\(path)/\($0)" } }

  /// Writes a file; the mode is set whatever the umask.
  @discardableResult
  func write(_ text: String, _ name: String, mode: mode_t = 0o600) throws -> String {
    let file = "\(path)/\(name)"
    let stream = try #require(fopen(file, "w"))
    #expect(fputs(text + "\n", stream) >= 0)
    fclose(stream)
    chmod(file, mode)
    return file
  }
}
