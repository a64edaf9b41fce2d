/// Certificates for `localhost`, `127.0.0.1` and `::1` and their keys, good for nothing but tests.
package enum Certificates {
  /// Valid 2020 to 2120, self-signed.
  package static let first = """
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
  package static let second = """
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
  package static let expired = """
    -----BEGIN CERTIFICATE-----
    MIIBAzCBqgIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANvbGQwHhcNMjAwMTAx
    MDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAOMQwwCgYDVQQDDANvbGQwWTATBgcqhkjO
    PQIBBggqhkjOPQMBBwNCAASeE0nnePLZJJkxl0kY1ENb4lg47Hi7tRCYZhnWmm1h
    5e4y05eJxBs4ojMzxfrY3rc65nxBlgrKTI3ApmJcdYXvMAoGCCqGSM49BAMCA0gA
    MEUCIQCPmtpJfWcV7AY5ynv4RYK+DPByX5HZtz+JM0VKs5nImwIgTPwcW5u8zwac
    bYycFsJ/3rT+vxgU0S8iK8PK44zfEjU=
    -----END CERTIFICATE-----

    """
  package static let firstKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpcNlAtarI/OF/xzi
    ZTEngPjB7E+oqltBx5VI/VKr+0ihRANCAASeE0nnePLZJJkxl0kY1ENb4lg47Hi7
    tRCYZhnWmm1h5e4y05eJxBs4ojMzxfrY3rc65nxBlgrKTI3ApmJcdYXv
    -----END PRIVATE KEY-----

    """
  package static let secondKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNEapP7ZKS8cvRkeE
    E4C6UoF1q1JV6Fn21Iq1g3bVb12hRANCAASrmpNGIkscYMn5lPibH6b4DKk4KALM
    YhwP5RVx62MtKmUAwbNrsSutwAFg36GtTnMIB8Zk+AWO2hFd3nwQezKN
    -----END PRIVATE KEY-----

    """
  /// The first key behind a passphrase.
  package static let lockedKey = """
    -----BEGIN EC PRIVATE KEY-----
    Proc-Type: 4,ENCRYPTED
    DEK-Info: AES-128-CBC,9CABA12EF8DDF8514086DC2FB572DB18

    i1t1SRz4uWKz5VCpatT1UpHGq4t2lxZIc/qKwDRC+pJ/QLUrZA38Gkq/vVW+dmMA
    szgt8s+73G3kyYxWDw7/pa7f/N++/jsDXGymsT7sRZQBT859ZYGv8AGK4GREra5x
    7YMtbsll2uRp7qbPTxstCy55BKnu+54nero4BRvQaMg=
    -----END EC PRIVATE KEY-----

    """

  /// Writes the first certificate and its key into a folder, `cert.pem` and `key.pem`, for their owner's eyes only.
  ///
  /// - Throws: What the system says where it cannot.
  package static func write(into folder: String) throws -> (certificate: String, key: String) {
    let files = (certificate: "\(folder)/cert.pem", key: "\(folder)/key.pem")
    try Folder.write(first, to: files.certificate)
    try Folder.write(firstKey, to: files.key)
    return files
  }
}
