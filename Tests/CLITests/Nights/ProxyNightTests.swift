import Foundation
import Nano
import Primitives
import Simulators
import TestKit
import Testing

/// A real nginx in front of everything, and somebody who posts a callback through it.
@Suite(.timeLimit(.minutes(2))) struct ProxyNightTests {
  static let nginx = ["/usr/sbin/nginx", "/usr/bin/nginx"].first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(
    .enabled(if: nginx != nil, "nginx is installed"),
    .enabled(if: RealBlocksTests.python != nil, "COINSLOT_PYTHON names a Python with websockets and websocket-client")
  )
  func aCallbackForgedThroughAProxyReachesNobody() async throws {
    try await withFolder { folder in
      let server = try RunningServer(folder: folder)
      let forged = try RealBlocksTests.published(RealBlocksTests.sends[0])
      let real = try RealBlocksTests.published(RealBlocksTests.sends[1])
      let address = try #require(forged.block["link_as_account"]?.string)
      let nano = NanoAddress.encode(try NanoAddress.decode(address))
      try server.configure(
        rpc: "http://127.0.0.1:1",
        webSocket: nil,
        devices: ["relay"],
        slots: KillTests.slots([ToyKey(seed: ToyKey.seed("other"), index: 0).address])
      )
      let program = try await server.start()
      let clients = try Program(
        try #require(RealBlocksTests.python),
        [
          RealBlocksTests.clients, "ws://127.0.0.1:\(server.callbackPort)/call", nano, "xrb_" + nano.dropFirst(5), "25",
        ]
      )
      try await clients.waitFor("ready")
      let port = try freePort()
      let proxy = try startProxy(port, to: server.callbackPort, in: folder)
      let bodyFile = "\(folder)/forged.json"
      try Data(forged.body).write(to: URL(filePath: bodyFile))
      var refused = 0
      for _ in 0..<10 {
        let curl = try Program(
          "/usr/bin/curl",
          [
            "-s", "-o", "/dev/null", "-w", "%{http_code}", "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
            "-H", "Content-Type: application/json", "--data-binary", "@\(bodyFile)",
            "http://127.0.0.1:\(port)/callback/",
          ]
        )
        try await curl.wait()
        if curl.output.contains("403") { refused += 1 }
      }
      #expect(refused == 10)
      // What the node itself posts still arrives.
      #expect(try await server.post(real.body).status == 200)
      try await clients.wait(seconds: 60)
      let got = try JSONValue(parsing: try #require(clients.lines.last))
      for client in got.object ?? [] {
        let hashes = (client.value.array ?? []).compactMap { frame in
          frame.string.flatMap { try? JSONValue(parsing: $0)["hash"]?.string }
        }
        #expect(hashes == [RealBlocksTests.sends[1]], "\(client.key)")
      }
      print(
        "night: 10 callbacks forged through nginx, \(refused) refused, heard by 0 of \(got.object?.count ?? 0) clients"
      )
      proxy.kill(SIGKILL)
      try await proxy.wait()
      program.kill(SIGTERM)
      try await program.wait()
    }
  }

  /// An nginx as an operator would put it in front, run by this test alone.
  private func startProxy(_ port: Int, to target: Int, in folder: String) throws -> Program {
    let file = "\(folder)/nginx.conf"
    try """
    daemon off; master_process off; pid \(folder)/nginx.pid; error_log \(folder)/nginx.log;
    events { worker_connections 64; }
    http {
      access_log off; client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy;
      fastcgi_temp_path \(folder)/f; uwsgi_temp_path \(folder)/u; scgi_temp_path \(folder)/s;
      server {
        listen 127.0.0.1:\(port);
        location / {
          proxy_pass http://127.0.0.1:\(target);
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
      }
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    return try Program(try #require(Self.nginx), ["-c", file, "-p", folder])
  }
}
