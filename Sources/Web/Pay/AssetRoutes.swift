import Cryptography
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives

/// A file that every browser gets alike.
struct StaticFile: Sendable {
  let path: String
  let type: String
  let content: ByteBuffer
  /// Changes with the content.
  let version: String

  static let style = StaticFile("/assets/style.css", "text/css; charset=utf-8", PackageResources.style_css)
  static let script = StaticFile("/assets/pay.js", "text/javascript; charset=utf-8", PackageResources.pay_js)
  static let icon = StaticFile("/assets/icon.svg", "image/svg+xml", PackageResources.icon_svg)

  private init(_ path: String, _ type: String, _ bytes: [UInt8]) {
    self.path = path
    self.type = type
    content = ByteBuffer(bytes: bytes)
    version = String(Sodium.SHA256.hash(bytes).hex().prefix(12))
  }

  /// The address pages use; another content has another address, so a browser may keep it for ever.
  var url: String { "\(path)?v=\(version)" }
}

/// Style, script and icon of the pages.
struct AssetRoutes {
  func add(to routes: Routes) {
    for file in [StaticFile.style, .script, .icon] {
      routes.get(file.path) { request, _ in
        let tag = "\"\(file.version)\""
        let isVersioned = request.uri.query == "v=\(file.version)"
        var headers: HTTPFields = [
          .contentType: file.type, .eTag: tag,
          .cacheControl: isVersioned ? "public, max-age=31536000, immutable" : "public, max-age=300",
        ]
        if request.headers[.ifNoneMatch] == tag {
          headers[.contentType] = nil
          return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.content))
      }
    }
  }
}
