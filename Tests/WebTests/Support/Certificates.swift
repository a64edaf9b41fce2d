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
  static let firstKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpcNlAtarI/OF/xzi
    ZTEngPjB7E+oqltBx5VI/VKr+0ihRANCAASeE0nnePLZJJkxl0kY1ENb4lg47Hi7
    tRCYZhnWmm1h5e4y05eJxBs4ojMzxfrY3rc65nxBlgrKTI3ApmJcdYXv
    -----END PRIVATE KEY-----
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
