import { assert, describe, it } from "@effect/vitest"
import type { TlsReason } from "@sonde/domain/Certificate"
import { Dialer } from "@sonde/net/Dialer"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"

/** Makes a handshake with a server that presents this, and gives what came of it. */
const shake = (options: {
  readonly tls?: ScriptedServer.ScriptedServerOptions["tls"]
  readonly script?: ReadonlyArray<string>
  readonly serverName?: string
  readonly ca?: string
  readonly timeoutMillis?: number
}) =>
  Effect.gen(function*() {
    const server = yield* ScriptedServer.start({
      script: options.script ?? ["tls"],
      ...(options.tls === undefined ? {} : { tls: options.tls })
    })
    const dialer = yield* Dialer
    const session = yield* dialer.connect(StaticNet.request({
      addresses: [{ address: "127.0.0.1", port: server.port, family: 4 }],
      ca: options.ca
    }))
    const result = yield* Effect.result(
      session.startTls({ serverName: options.serverName ?? "mx.example", timeoutMillis: options.timeoutMillis ?? 5000 })
    )
    return { result, server }
  }).pipe(Effect.provide(NodeNet.layer), Effect.scoped)

const completed = (options: Parameters<typeof shake>[0]) =>
  Effect.flatMap(shake(options), ({ result }) => Effect.fromResult(result))

const failed = (options: Parameters<typeof shake>[0]) => Effect.flip(completed(options))

const authority = Effect.promise(TestCa.testCa)
const issue = (wanted: TestCa.Wanted, issuer?: TestCa.Issuer) => Effect.promise(() => TestCa.issue(wanted, issuer))

/** A server of the authority whose leaf differs from a valid one. */
const leaf = (wanted: TestCa.Wanted, serverName?: string) =>
  Effect.gen(function*() {
    const { ca, server } = yield* authority
    const tls = yield* Effect.promise(() => server(wanted))
    return yield* completed({ tls, ca, ...(serverName === undefined ? {} : { serverName }) })
  })

describe("a handshake that completes", () => {
  it.live("finds nothing wrong with a valid chain and tells what was agreed", () =>
    Effect.gen(function*() {
      const handshake = yield* leaf({})
      assert.deepStrictEqual(handshake.conditions, [])
      assert.strictEqual(handshake.protocol, "TLSv1.3")
      assert.match(handshake.cipher, /^TLS_/)
      assert.isUndefined(handshake.platformCode)
      const [first, second] = handshake.chain
      assert.strictEqual(first?.subject, "CN=mx.example")
      assert.strictEqual(first?.issuer, "O=Test,CN=Test Intermediate")
      assert.deepStrictEqual(first?.san, ["mx.example", "127.0.0.1"])
      assert.match(first?.sha256 ?? "", /^[0-9a-f]{64}$/)
      assert.match(first?.notAfter ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
      assert.strictEqual(second?.subject, "O=Test,CN=Test Intermediate")
      assert.strictEqual(handshake.chain.length, 2)
    }))

  it.live("shows the chain exactly as sent, strangers included and no anchor added", () =>
    Effect.gen(function*() {
      const { ca, intermediate } = yield* authority
      const stranger = yield* issue({ subject: "CN=Stranger", isCa: true })
      const server = yield* issue({}, intermediate)
      const handshake = yield* completed({ ca, tls: TestCa.identity(server, stranger, intermediate) })
      assert.deepStrictEqual(handshake.conditions, [])
      assert.deepStrictEqual(
        handshake.chain.map(({ subject }) => subject),
        ["CN=mx.example", "CN=Stranger", "O=Test,CN=Test Intermediate"]
      )
    }))

  it.live("ignores an expired certificate that is not part of the path", () =>
    Effect.gen(function*() {
      const { ca, intermediate } = yield* authority
      const old = yield* issue({ subject: "CN=Old", isCa: true, fromDays: -20, toDays: -10 })
      const server = yield* issue({}, intermediate)
      assert.deepStrictEqual(
        (yield* completed({ ca, tls: TestCa.identity(server, intermediate, old) })).conditions,
        []
      )
    }))

  const leaves: ReadonlyArray<readonly [what: string, wanted: TestCa.Wanted, conditions: ReadonlyArray<TlsReason>]> = [
    ["an expired leaf", { fromDays: -20, toDays: -10 }, ["CertificateExpired"]],
    ["a leaf that is not valid yet", { fromDays: 10 }, ["CertificateNotYetValid"]],
    ["a leaf for another name", { dns: ["other.example"] }, ["HostnameMismatch"]],
    ["a leaf whose name stands only in the subject", { dns: [], ip: [] }, ["HostnameMismatch"]],
    ["a leaf for clients", { purposes: ["1.3.6.1.5.5.7.3.2"] }, ["WrongPurpose"]],
    ["a leaf with a short RSA key", { key: "RSA-1024" }, ["WeakKey"]],
    ["several faults at once", { fromDays: -20, toDays: -10, dns: ["other.example"], key: "RSA-1024" }, [
      "CertificateExpired",
      "HostnameMismatch",
      "WeakKey"
    ]]
  ]
  it.live.each(leaves)("names every fault of %s", ([_what, wanted, conditions]) =>
    Effect.gen(function*() {
      const { ca, server } = yield* authority
      const tls = yield* Effect.promise(() => server(wanted))
      const handshake = yield* completed({ ca, tls: { ...tls, ciphers: "DEFAULT:@SECLEVEL=0" } })
      assert.deepStrictEqual(handshake.conditions, conditions)
    }))

  const names: ReadonlyArray<readonly [name: string, wanted: TestCa.Wanted, fits: boolean]> = [
    ["MX.Example.", {}, true],
    ["mx.example", { dns: ["*.example"] }, true],
    ["a.mx.example", { dns: ["*.example"] }, false],
    ["mx.example", { dns: ["m*.example"] }, false],
    ["mx.example", { dns: ["*.*"] }, false],
    ["mx.example", { dns: ["*"] }, false],
    ["bücher.example", { dns: ["xn--bcher-kva.example"] }, true],
    ["127.0.0.1", {}, true],
    ["127.0.0.2", {}, false],
    ["127.0.0.1", { dns: ["127.0.0.1"], ip: [] }, false],
    ["0:0:0:0:0:0:0:1", { ip: ["::1"] }, true],
    ["sonde.invalid", {}, false]
  ]
  it.live.each(names)("matches the name %s against %j: %s", ([name, wanted, fits]) =>
    Effect.gen(function*() {
      const handshake = yield* leaf(wanted, name)
      assert.deepStrictEqual(handshake.conditions, fits ? [] : ["HostnameMismatch"])
    }))

  it.live("sends the name of the server with SNI, and no address", () =>
    Effect.gen(function*() {
      const { ca, server } = yield* authority
      const tls = yield* Effect.promise(() => server())
      const named = yield* shake({ ca, tls, serverName: "bücher.example." })
      assert.strictEqual(named.server.connections[0]?.serverName, "xn--bcher-kva.example")
      const address = yield* shake({ ca, tls, serverName: "127.0.0.1" })
      assert.strictEqual(address.server.connections[0]?.serverName, false)
    }))

  it.live("tells a self-signed leaf from an unknown root, whether the root is sent or not", () =>
    Effect.gen(function*() {
      const alone = yield* issue({})
      assert.deepStrictEqual((yield* completed({ tls: TestCa.identity(alone) })).conditions, ["SelfSigned"])
      const { intermediate, root } = yield* authority
      const server = yield* issue({}, intermediate)
      for (const others of [[intermediate], [intermediate, root]]) {
        const handshake = yield* completed({ tls: TestCa.identity(server, ...others) })
        assert.deepStrictEqual(handshake.conditions, ["UnknownIssuer"])
      }
    }))

  it.live("tells an intermediate that was left out from an unknown issuer", () =>
    Effect.gen(function*() {
      const { ca, intermediate } = yield* authority
      const published = yield* issue({ issuerUrl: "http://ca.example/i.der" }, intermediate)
      assert.deepStrictEqual((yield* completed({ ca, tls: TestCa.identity(published) })).conditions, [
        "IncompleteChain"
      ])
      const unpublished = yield* issue({}, intermediate)
      assert.deepStrictEqual((yield* completed({ ca, tls: TestCa.identity(unpublished) })).conditions, [
        "UnknownIssuer"
      ])
    }))

  it.live("tells an unknown issuer although an expired leaf hides it from the runtime", () =>
    Effect.gen(function*() {
      const { intermediate } = yield* authority
      const server = yield* issue({ fromDays: -20, toDays: -10 }, intermediate)
      const handshake = yield* completed({ tls: TestCa.identity(server, intermediate) })
      assert.deepStrictEqual(handshake.conditions, ["CertificateExpired", "UnknownIssuer"])
    }))

  it.live("names an expired intermediate", () =>
    Effect.gen(function*() {
      const { ca, root } = yield* authority
      const old = yield* issue({ subject: "CN=Old", isCa: true, fromDays: -20, toDays: -10 }, root)
      const server = yield* issue({}, old)
      const handshake = yield* completed({ ca, tls: TestCa.identity(server, old) })
      assert.deepStrictEqual(handshake.conditions, ["CertificateExpired"])
    }))

  it.live("names an issuer that is no authority", () =>
    Effect.gen(function*() {
      const { ca, root } = yield* authority
      const notCa = yield* issue({ subject: "CN=Not a CA" }, root)
      const server = yield* issue({}, notCa)
      const handshake = yield* completed({ ca, tls: TestCa.identity(server, notCa) })
      assert.deepStrictEqual(handshake.conditions, ["IssuerNotCa"])
    }))

  it.live("names a signature that does not fit", () =>
    Effect.gen(function*() {
      const { ca, root } = yield* authority
      const real = yield* issue({ subject: "CN=Twin", isCa: true }, root)
      const forged = yield* issue({ subject: "CN=Twin", isCa: true })
      const server = yield* issue({}, { certificate: real.certificate, keys: forged.keys })
      const handshake = yield* completed({ ca, tls: TestCa.identity(server, real) })
      assert.include(handshake.conditions, "BadSignature")
      assert.strictEqual(handshake.conditions[0], "BadSignature")
    }))

  it.live("names a SHA-1 signature of the leaf, and not that of the anchor on itself", () =>
    Effect.gen(function*() {
      const root = yield* issue({ subject: "CN=Old Root", isCa: true, hash: "SHA-1" })
      const modern = yield* issue({}, root)
      const ca = root.certificate.toString("pem")
      const server = TestCa.identity(modern, root)
      const tls = { ...server, ciphers: "DEFAULT:@SECLEVEL=0" }
      const good = yield* completed({ ca, tls })
      assert.deepStrictEqual(good.conditions, [])
      const old = yield* issue({ hash: "SHA-1" }, root)
      const bad = yield* completed({ ca, tls: { ...TestCa.identity(old, root), ciphers: "DEFAULT:@SECLEVEL=0" } })
      assert.deepStrictEqual(bad.conditions, ["WeakSignature"])
    }))

  it.live("names a path that is longer than an authority allows", () =>
    Effect.gen(function*() {
      const root = yield* issue({ subject: "CN=Short Root", isCa: true })
      const first = yield* issue({ subject: "CN=First", isCa: true, pathLength: 0 }, root)
      const second = yield* issue({ subject: "CN=Second", isCa: true }, first)
      const server = yield* issue({}, second)
      const ca = root.certificate.toString("pem")
      const handshake = yield* completed({ ca, tls: TestCa.identity(server, second, first) })
      assert.deepStrictEqual(handshake.conditions, ["PathLength"])
    }))

  it.live("names a constraint of names and an extension it cannot judge", () =>
    Effect.gen(function*() {
      const { ca, root } = yield* authority
      // permittedSubtrees: DNS allowed.example (RFC 5280 section 4.2.1.10).
      const base = Buffer.from("allowed.example")
      const der = Buffer.from([
        0x30,
        base.length + 6,
        0xa0,
        base.length + 4,
        0x30,
        base.length + 2,
        0x82,
        base.length,
        ...base
      ])
      const constrained = yield* issue({
        subject: "CN=Constrained",
        isCa: true,
        extra: [TestCa.extension("2.5.29.30", true, der)]
      }, root)
      const outside = yield* issue({}, constrained)
      const handshake = yield* completed({ ca, tls: TestCa.identity(outside, constrained) })
      assert.deepStrictEqual(handshake.conditions, ["NameConstraint"])
      const inside = yield* issue({ dns: ["mx.allowed.example"] }, constrained)
      const good = yield* completed({
        ca,
        tls: TestCa.identity(inside, constrained),
        serverName: "mx.allowed.example"
      })
      assert.deepStrictEqual(good.conditions, [])
      const strange = yield* leaf({ extra: [TestCa.extension("1.2.3.4", true, Uint8Array.of(5, 0))] })
      assert.deepStrictEqual(strange.conditions, ["UnknownCriticalExtension"])
    }))

  it.live("does not share trust between profiles", () =>
    Effect.gen(function*() {
      const { ca, server } = yield* authority
      const tls = yield* Effect.promise(() => server())
      assert.deepStrictEqual((yield* completed({ ca, tls })).conditions, [])
      assert.deepStrictEqual((yield* completed({ tls })).conditions, ["UnknownIssuer"])
    }))
})

describe("a handshake that fails", () => {
  it.live("names a peer that begins in clear", () =>
    Effect.gen(function*() {
      const error = yield* failed({ script: ["S: 220 mx.example ESMTP", "wait 5s"] })
      assert.isTrue(error._tag === "HandshakeFailed" && error.reason === "PlaintextPeer")
    }))

  it.live("names a peer that answers in clear", () =>
    Effect.gen(function*() {
      const error = yield* failed({ script: ["wait 50ms", "S: 220 mx.example ESMTP", "wait 5s"] })
      assert.isTrue(error._tag === "HandshakeFailed" && error.reason === "PlaintextPeer")
    }))

  it.live("names a web server that answers in clear", () =>
    Effect.gen(function*() {
      const error = yield* failed({ script: ["wait 50ms", "S: HTTP/1.1 400 Bad Request", "wait 5s"] })
      assert.isTrue(error._tag === "HandshakeFailed" && error.reason === "PlaintextPeer")
    }))

  it.live("names a peer that knows only old protocols", () =>
    Effect.gen(function*() {
      const { server } = yield* authority
      const tls = yield* Effect.promise(() => server())
      const old = { ...tls, minVersion: "TLSv1" as const, maxVersion: "TLSv1.1" as const, ciphers: "ALL:@SECLEVEL=0" }
      const error = yield* failed({ tls: old })
      assert.isTrue(error._tag === "HandshakeFailed" && error.reason === "ProtocolVersion")
    }))

  it.live("names a peer with which no cipher is shared", () =>
    Effect.gen(function*() {
      const { server } = yield* authority
      const tls = yield* Effect.promise(() => server())
      const odd = { ...tls, maxVersion: "TLSv1.2" as const, ciphers: "AECDH-NULL-SHA:ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0" }
      const error = yield* failed({ tls: odd })
      assert.isTrue(error._tag === "HandshakeFailed" && error.reason === "NoSharedCipher")
    }))

  it.live.each([["wait 20ms", "close"], ["wait 20ms", "reset"]])(
    "names a peer that hangs up: %s %s",
    (script) =>
      Effect.gen(function*() {
        const error = yield* failed({ script })
        assert.isTrue(error._tag === "HandshakeFailed" && error.reason === "Reset")
      })
  )

  it.live("stops waiting for a silent peer", () =>
    Effect.gen(function*() {
      const before = performance.now()
      const error = yield* failed({ script: ["wait 5s"], timeoutMillis: 150 })
      assert.isTrue(error._tag === "HandshakeFailed" && error.reason === "HandshakeTimeout")
      assert.isBelow(performance.now() - before, 2000)
    }))
})
