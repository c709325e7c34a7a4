/**
 * Conditions of TLS made with the command `openssl`, each with everything that is to be found wrong with it, worst first.
 */
import { assert, describe, layer } from "@effect/vitest"
import type { TlsNote, TlsReason } from "@sonde/domain/Certificate"
import { Dialer } from "@sonde/net/Dialer"
import type { Retrieve } from "@sonde/net/Session"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as OpenSsl from "@sonde/testkit/peers/OpenSsl"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { listen, type Presented } from "./TlsServer.ts"

const problem = OpenSsl.problem()
if (problem !== undefined) console.error(`SKIPPED: no condition of TLS was made with OpenSSL, because ${problem}`)

/** What a row presents and how it is asked; the handshake is for `mx.example` unless it says another name. */
interface Case {
  readonly chain: ReadonlyArray<OpenSsl.Holder>
  readonly ca?: OpenSsl.Holder | undefined
  readonly staple?: Uint8Array
  readonly server?: Presented
  readonly serverName?: string
  readonly published?: Readonly<Record<string, Uint8Array>>
  readonly laterMillis?: number
  readonly alpn?: ReadonlyArray<string>
  readonly sendName?: boolean
}

/** Certificates that the rows share. */
interface Shop {
  readonly make: OpenSsl.Workshop
  readonly root: OpenSsl.Holder
  readonly intermediate: OpenSsl.Holder
}

type Row = readonly [
  what: string,
  make: (shop: Shop) => Case,
  conditions: ReadonlyArray<TlsReason>,
  notes?: ReadonlyArray<TlsNote["id"]>
]

/** A leaf of the intermediate, sent with it, that differs from a valid one. */
const leaf = (wanted: OpenSsl.Wanted, more: Partial<Case> = {}) => ({ intermediate, make, root }: Shop): Case => ({
  chain: [make.issue(wanted, intermediate), intermediate],
  ca: root,
  ...more
})

/** A leaf under an intermediate that differs from a valid one. */
const under = (wanted: OpenSsl.Wanted, own: OpenSsl.Wanted = {}) => ({ make, root }: Shop): Case => {
  const issuer = make.issue({ subject: "/CN=Odd/O=Test", isCa: true, ...wanted }, root)
  return { chain: [make.issue(own, issuer), issuer], ca: root }
}

/** Under a root that differs from a valid one, sent or not. */
const rooted = (wanted: OpenSsl.Wanted, isSent: boolean) => ({ make }: Shop): Case => {
  const root = make.issue({ subject: "/CN=Odd Root", isCa: true, ...wanted })
  return { chain: [make.issue({}, root), ...(isSent ? [root] : [])], ca: root }
}

const dayMillis = 86_400_000
const issuerUrl = "http://ca.example/issuer.der"
const listUrl = "http://ca.example/list.der"
const pointsToIssuer = `authorityInfoAccess=caIssuers;URI:${issuerUrl}`
const pointsToList = `crlDistributionPoints=URI:${listUrl}`

const revokedIn = (wanted: OpenSsl.Wanted, isRevoked: boolean) => ({ make, root }: Shop) => {
  const issuer = make.issue({ subject: "/CN=Revoking/O=Test", isCa: true }, root)
  const server = make.issue(wanted, issuer)
  if (isRevoked) make.revoke(server, issuer)
  return { make, root, issuer, server }
}

const stapled = (isRevoked: boolean, more: Partial<Case> = {}) => (shop: Shop): Case => {
  const { issuer, make, root, server } = revokedIn({}, isRevoked)(shop)
  return { chain: [server, issuer], ca: root, staple: make.response(server, issuer), ...more }
}

const listed = (isRevoked: boolean, more: Partial<Case> = {}) => (shop: Shop): Case => {
  const { issuer, make, root, server } = revokedIn({ more: [pointsToList] }, isRevoked)(shop)
  return { chain: [server, issuer], ca: root, published: { [listUrl]: make.list(issuer) }, ...more }
}

const names: ReadonlyArray<Row> = [
  ["a valid chain", leaf({}), []],
  ["a valid chain with the root", ({ intermediate, make, root }) => ({
    chain: [make.issue({}, intermediate), intermediate, root],
    ca: root
  }), []],
  ["a leaf of the root itself", ({ make, root }) => ({ chain: [make.issue({}, root)], ca: root }), []],
  ["another name", leaf({ san: "DNS:other.example" }), ["HostnameMismatch"]],
  ["a wildcard", leaf({ san: "DNS:*.example" }), []],
  ["a wildcard one label too deep", leaf({ san: "DNS:*.example" }, { serverName: "a.mx.example" }), [
    "HostnameMismatch"
  ]],
  ["a wildcard in the middle", leaf({ san: "DNS:mx.*.example" }, { serverName: "mx.a.example" }), ["HostnameMismatch"]],
  ["a wildcard as a part of a label", leaf({ san: "DNS:m*.example" }), ["HostnameMismatch"]],
  ["the right address", leaf({ san: "IP:127.0.0.1" }, { serverName: "127.0.0.1" }), []],
  ["another address", leaf({ san: "IP:127.0.0.2" }, { serverName: "127.0.0.1" }), ["HostnameMismatch"]],
  ["an address as a DNS name", leaf({ san: "DNS:127.0.0.1" }, { serverName: "127.0.0.1" }), ["HostnameMismatch"]],
  ["a name that stands only in the subject", leaf({ san: "" }), ["HostnameMismatch"]],
  ["only a name of a mailbox", leaf({ san: "email:a@mx.example" }), ["HostnameMismatch"]],
  ["an international name", leaf({ san: "DNS:xn--bcher-kva.example" }, { serverName: "bücher.example" }), []]
]

const dates: ReadonlyArray<Row> = [
  ["an expired leaf", leaf({ fromDays: -20, toDays: -10 }), ["CertificateExpired"]],
  ["a leaf that is not valid yet", leaf({ fromDays: 10, toDays: 20 }), ["CertificateNotYetValid"]],
  ["an expired intermediate", under({ fromDays: -20, toDays: -10 }), ["CertificateExpired"]],
  ["an intermediate that is not valid yet", under({ fromDays: 10, toDays: 20 }), ["CertificateNotYetValid"]],
  ["an expired root that was sent", rooted({ fromDays: -20, toDays: -10 }, true), ["CertificateExpired"]],
  ["an expired root that was not sent", rooted({ fromDays: -20, toDays: -10 }, false), ["CertificateExpired"]],
  [
    "an expired leaf for another name",
    leaf({ fromDays: -20, toDays: -10, san: "DNS:other.example" }),
    ["CertificateExpired", "HostnameMismatch"]
  ]
]

const trust: ReadonlyArray<Row> = [
  ["a leaf that signed itself", ({ make }) => ({ chain: [make.issue({})] }), ["SelfSigned"]],
  ["an expired leaf that signed itself", ({ make }) => ({
    chain: [make.issue({ fromDays: -20, toDays: -10 })]
  }), ["CertificateExpired", "SelfSigned"]],
  ["a root in the chain that is not trusted", ({ intermediate, make, root }) => ({
    chain: [make.issue({}, intermediate), intermediate, root]
  }), ["UnknownIssuer"]],
  ["a root that is not trusted and was not sent", ({ intermediate, make }) => ({
    chain: [make.issue({}, intermediate), intermediate]
  }), ["UnknownIssuer"]],
  ["an expired leaf under a root that is not trusted", ({ intermediate, make }) => ({
    chain: [make.issue({ fromDays: -20, toDays: -10 }, intermediate), intermediate]
  }), ["CertificateExpired", "UnknownIssuer"]],
  ["an intermediate that was not sent", ({ intermediate, make, root }) => ({
    chain: [make.issue({ more: [pointsToIssuer] }, intermediate)],
    ca: root
  }), ["IncompleteChain"]],
  ["an intermediate that was not sent, and is where the leaf says", ({ intermediate, make, root }) => ({
    chain: [make.issue({ more: [pointsToIssuer] }, intermediate)],
    ca: root,
    published: { [issuerUrl]: make.der(intermediate) }
  }), ["IncompleteChain"]],
  ["the upper one of two intermediates that was not sent", ({ make, root }) => {
    const upper = make.issue({ subject: "/CN=Upper", isCa: true }, root)
    const lower = make.issue({ subject: "/CN=Lower", isCa: true, more: [pointsToIssuer] }, upper)
    return { chain: [make.issue({}, lower), lower], ca: root, published: { [issuerUrl]: make.der(upper) } }
  }, ["IncompleteChain"]],
  ["an intermediate that was not sent, under a root that is not trusted", ({ intermediate, make }) => ({
    chain: [make.issue({ more: [pointsToIssuer] }, intermediate)],
    published: { [issuerUrl]: make.der(intermediate) }
  }), ["UnknownIssuer"]],
  ["an expired intermediate that was not sent", ({ make, root }) => {
    const old = make.issue({ subject: "/CN=Old", isCa: true, fromDays: -20, toDays: -10 }, root)
    return {
      chain: [make.issue({ more: [pointsToIssuer] }, old)],
      ca: root,
      published: { [issuerUrl]: make.der(old) }
    }
  }, ["CertificateExpired", "IncompleteChain"]],
  [
    "the wrong order",
    ({ make, root }) => {
      const upper = make.issue({ subject: "/CN=Upper", isCa: true }, root)
      const lower = make.issue({ subject: "/CN=Lower", isCa: true }, upper)
      return { chain: [make.issue({}, lower), upper, lower], ca: root }
    },
    [],
    ["chain_order"]
  ],
  [
    "a certificate that does not belong",
    ({ intermediate, make, root }) => ({
      chain: [make.issue({}, intermediate), make.issue({ subject: "/CN=Stranger", isCa: true }), intermediate],
      ca: root
    }),
    [],
    ["chain_stranger"]
  ],
  ["an authority of the same name with another key", ({ make }) => {
    const old = make.issue({ subject: "/CN=Renewed", isCa: true })
    const renewed = make.issue({ subject: "/CN=Renewed", isCa: true })
    return { chain: [make.issue({ more: ["authorityKeyIdentifier=keyid:always"] }, renewed)], ca: old }
  }, ["UnknownIssuer"]],
  ["a signature that another key made", ({ make }) => {
    const nameless = ["subjectKeyIdentifier=none", "authorityKeyIdentifier=none"]
    const plain = { subject: "/CN=Twin", isCa: true, extensions: ["basicConstraints=critical,CA:TRUE", ...nameless] }
    const [real, forged] = [make.issue(plain), make.issue(plain)]
    return { chain: [make.issue({ more: nameless }, forged)], ca: real }
  }, ["BadSignature"]],
  ["a signature that is damaged", ({ intermediate, make, root }) => ({
    chain: [make.damage(make.issue({}, intermediate)), intermediate],
    ca: root
  }), ["BadSignature"]],
  ["an intermediate with a signature that is damaged", ({ make, root }) => {
    const issuer = make.issue({ subject: "/CN=Damaged", isCa: true }, root)
    return { chain: [make.issue({}, issuer), make.damage(issuer)], ca: root }
  }, ["BadSignature"]]
]

const strength: ReadonlyArray<Row> = [
  ["RSA with 2048 bits", leaf({ key: "RSA:2048" }), []],
  ["RSA with 1024 bits", leaf({ key: "RSA:1024" }), ["WeakKey"]],
  [
    "RSA with 512 bits",
    leaf({ key: "RSA:512" }, {
      server: { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256:@SECLEVEL=0" }
    }),
    ["WeakKey"]
  ],
  ["an intermediate with RSA of 1024 bits", under({ key: "RSA:1024" }), ["WeakKey"]],
  ["an intermediate on the curve P-192", under({ key: "EC:prime192v1" }), ["WeakKey"]],
  ["a signature with SHA-1", leaf({ hash: "sha1" }), ["WeakSignature"]],
  ["a signature with MD5", ({ make }) => {
    const root = make.issue({ subject: "/CN=RSA Root", isCa: true, key: "RSA:2048" })
    return { chain: [make.issue({ hash: "md5" }, root)], ca: root }
  }, ["WeakSignature"]],
  ["an intermediate signed with SHA-1", under({ hash: "sha1" }), ["WeakSignature"]],
  ["a root signed with SHA-1", rooted({ hash: "sha1" }, true), []],
  ["Ed25519", leaf({ key: "ED25519" }), []],
  [
    "a weak key, a weak signature, another name and a date of long ago",
    leaf({
      key: "RSA:1024",
      hash: "sha1",
      san: "DNS:other.example",
      fromDays: -20,
      toDays: -10
    }),
    ["CertificateExpired", "HostnameMismatch", "WeakKey", "WeakSignature"]
  ]
]

const noExtensions = "basicConstraints=critical,CA:TRUE"
const rules: ReadonlyArray<Row> = [
  ["a leaf for clients", leaf({ extensions: ["extendedKeyUsage=clientAuth", "subjectAltName=DNS:mx.example"] }), [
    "WrongPurpose"
  ]],
  ["a leaf for mail", leaf({ extensions: ["extendedKeyUsage=emailProtection", "subjectAltName=DNS:mx.example"] }), [
    "WrongPurpose"
  ]],
  ["a leaf without purposes", leaf({ extensions: ["subjectAltName=DNS:mx.example"] }), []],
  [
    "a leaf whose key may only sign lists",
    leaf({ extensions: ["keyUsage=cRLSign", "subjectAltName=DNS:mx.example"] }),
    [
      "WrongPurpose"
    ]
  ],
  ["an intermediate for clients", under({ more: ["extendedKeyUsage=clientAuth"] }), ["WrongPurpose"]],
  ["an issuer that is no authority", under({ isCa: false }), ["IssuerNotCa"]],
  ["an issuer that may not sign certificates", under({ extensions: [noExtensions, "keyUsage=critical,cRLSign"] }), [
    "IssuerNotCa"
  ]],
  ["a path longer than allowed", ({ make }) => {
    const root = make.issue({ subject: "/CN=Short", isCa: true })
    const first = make.issue(
      { subject: "/CN=First", extensions: ["basicConstraints=critical,CA:TRUE,pathlen:0"] },
      root
    )
    const second = make.issue({ subject: "/CN=Second", isCa: true }, first)
    return { chain: [make.issue({}, second), second, first], ca: root }
  }, ["PathLength"]],
  ["a path as long as allowed", under({ extensions: ["basicConstraints=critical,CA:TRUE,pathlen:0"] }), []],
  ["a root that allows no intermediate", ({ make }) => {
    const root = make.issue({ subject: "/CN=Short", extensions: ["basicConstraints=critical,CA:TRUE,pathlen:0"] })
    const first = make.issue({ subject: "/CN=First", isCa: true }, root)
    return { chain: [make.issue({}, first), first], ca: root }
  }, ["PathLength"]],
  ["a name that is excluded", under({ more: ["nameConstraints=critical,excluded;DNS:mx.example"] }), [
    "NameConstraint"
  ]],
  ["a name that is not permitted", under({ more: ["nameConstraints=critical,permitted;DNS:other.example"] }), [
    "NameConstraint"
  ]],
  [
    "a name that is permitted",
    under(
      { more: ["nameConstraints=critical,permitted;DNS:example"] },
      { san: "DNS:mx.example" }
    ),
    []
  ],
  [
    "an address that is not permitted",
    under({
      more: ["nameConstraints=critical,permitted;IP:192.0.2.0/255.255.255.0"]
    }),
    ["NameConstraint"]
  ],
  [
    "an address that is permitted",
    under({
      more: ["nameConstraints=critical,permitted;IP:127.0.0.0/255.0.0.0"]
    }),
    []
  ],
  ["a name that a root that was not sent forbids", ({ make }) => {
    const root = make.issue({
      subject: "/CN=Strict",
      isCa: true,
      more: ["nameConstraints=critical,permitted;DNS:other.example"]
    })
    const issuer = make.issue({ subject: "/CN=Below", isCa: true }, root)
    return { chain: [make.issue({}, issuer), issuer], ca: root }
  }, ["NameConstraint"]],
  ["an extension that is critical and not known", leaf({ more: ["1.2.3.4=critical,DER:0500"] }), [
    "UnknownCriticalExtension"
  ]],
  ["an extension that is not known", leaf({ more: ["1.2.3.4=DER:0500"] }), []],
  ["an intermediate with an extension that is not known", under({ more: ["1.2.3.4=critical,DER:0500"] }), [
    "UnknownCriticalExtension"
  ]]
]

const revocation: ReadonlyArray<Row> = [
  ["a stapled response that is good", stapled(false), []],
  ["revoked by the stapled response", stapled(true), ["Revoked"]],
  ["a stapled response that expired", stapled(false, { laterMillis: 2 * dayMillis }), [], ["staple_expired"]],
  [
    "a stapled response for another certificate",
    (shop) => {
      const { issuer, make, root, server } = revokedIn({}, false)(shop)
      const other = make.issue({ san: "DNS:other.example" }, issuer)
      return { chain: [server, issuer], ca: root, staple: make.response(other, issuer) }
    },
    [],
    ["staple_invalid"]
  ],
  [
    "a stapled response that a stranger signed",
    (shop) => {
      const { issuer, make, root, server } = revokedIn({}, true)(shop)
      const stranger = make.issue({ subject: "/CN=Stranger", isCa: true })
      return { chain: [server, issuer], ca: root, staple: make.response(server, issuer, stranger) }
    },
    [],
    ["staple_invalid"]
  ],
  ["revoked by a responder that the issuer certified", (shop) => {
    const { issuer, make, root, server } = revokedIn({}, true)(shop)
    const responder = make.issue({ subject: "/CN=Responder", extensions: ["extendedKeyUsage=OCSPSigning"] }, issuer)
    return { chain: [server, issuer], ca: root, staple: make.response(server, issuer, responder) }
  }, ["Revoked"]],
  ["a stapled response that is none", stapled(false, { staple: new Uint8Array(Buffer.from("no response")) }), [], [
    "staple_invalid"
  ]],
  ["a certificate that demands a staple, without one", leaf({ more: ["tlsfeature=status_request"] }), [], [
    "staple_missing"
  ]],
  ["revoked by the list", listed(true), ["Revoked"]],
  ["not revoked by the list", listed(false), []],
  ["a list that expired", listed(false, { laterMillis: 2 * dayMillis }), [], ["revocation_unknown"]],
  ["a list that cannot be had", listed(true, { published: {} }), [], ["revocation_unknown"]],
  [
    "a list that a stranger signed",
    (shop) => {
      const { issuer, make, root, server } = revokedIn({ more: [pointsToList] }, true)(shop)
      const stranger = make.issue({ subject: "/CN=Revoking/O=Test", isCa: true }, root)
      return { chain: [server, issuer], ca: root, published: { [listUrl]: make.list(stranger) } }
    },
    [],
    ["revocation_unknown"]
  ],
  ["an intermediate revoked by the list of the root", ({ make, root }) => {
    const issuer = make.issue({ subject: "/CN=Withdrawn", isCa: true, more: [pointsToList] }, root)
    make.revoke(issuer, root)
    return { chain: [make.issue({}, issuer), issuer], ca: root, published: { [listUrl]: make.list(root) } }
  }, ["Revoked"]],
  ["a list that nobody is allowed to ask for", (shop) => {
    const { published: _, ...rest } = listed(true)(shop)
    return rest
  }, []]
]

/** Handshakes that do not come about, and the reason of each. */
const refusals: ReadonlyArray<readonly [what: string, make: (shop: Shop) => Case, reason: TlsReason]> = [
  [
    "a server with TLS 1.0 only",
    leaf({}, {
      server: { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" }
    }),
    "ProtocolVersion"
  ],
  [
    "a server with TLS 1.1 at most",
    leaf({}, {
      server: { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }
    }),
    "ProtocolVersion"
  ],
  [
    "no cipher in common",
    leaf({}, {
      server: { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0" }
    }),
    "NoSharedCipher"
  ],
  ["a key on a curve that is not offered", leaf({ key: "EC:prime192v1" }), "NoSharedCipher"],
  [
    "a server that wants a certificate of the client",
    leaf({}, {
      server: { requestCert: true, rejectUnauthorized: true, maxVersion: "TLSv1.2" }
    }),
    "ClientCertificateRequired"
  ],
  [
    "a server that wants a certificate of the client, with TLS 1.3",
    leaf({}, {
      server: { requestCert: true, rejectUnauthorized: true }
    }),
    "ClientCertificateRequired"
  ],
  ["no protocol in common", leaf({}, { server: { ALPNProtocols: ["imap"] }, alpn: ["sieve"] }), "HandshakeAlert"]
]

class Certificates
  extends Context.Service<Certificates, Shop>()("@sonde/platform-node/test/TlsConditions.peer/Certificates")
{
  static readonly layer = Layer.effect(
    Certificates,
    Effect.map(OpenSsl.workshop, (make): Shop => {
      const root = make.issue({ subject: "/CN=Test Root/O=Test", isCa: true, toDays: 3650 })
      return { make, root, intermediate: make.issue({ subject: "/CN=Test Intermediate/O=Test", isCa: true }, root) }
    })
  )
}

/** The clock of this machine, some time ahead. */
const ahead = Effect.fnUntraced(function*(millis: number) {
  const clock = yield* Clock.Clock
  const later: Clock.Clock = {
    ...clock,
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + millis,
    sleep: (duration) => clock.sleep(duration)
  }
  return later
})

/** Makes a handshake with a server that presents this. */
const shake = Effect.fnUntraced(
  function*(make: (shop: Shop) => Case) {
    const presented = make(yield* Certificates)
    const { alpn, ca, chain, laterMillis = 0, published, sendName, server, staple } = presented
    const port = yield* listen({
      cert: chain.map(({ cert }) => cert).join("\n"),
      key: chain[0]?.key,
      ciphers: "ALL:@SECLEVEL=0",
      staple,
      ...server
    })
    const dialer = yield* Dialer
    const session = yield* dialer.connect(StaticNet.request({
      addresses: [{ address: "127.0.0.1", port, family: 4 }],
      ca: ca?.cert
    }))
    const retrieve: Retrieve = (url) => {
      const found = published?.[url]
      return found === undefined ? Effect.fail("gave no answer") : Effect.succeed(found)
    }
    return yield* session.startTls({
      serverName: presented.serverName ?? "mx.example",
      timeoutMillis: 5000,
      alpn,
      sendName,
      ...(published === undefined ? {} : { retrieve })
    }).pipe(Effect.provideService(Clock.Clock, yield* ahead(laterMillis)))
  },
  Effect.provide(NodeNet.layer),
  Effect.scoped
)

describe.skipIf(problem !== undefined)("conditions made with OpenSSL", () => {
  layer(Certificates.layer, { excludeTestServices: true, timeout: 30_000 })((it) => {
    for (const [group, rows] of Object.entries({ names, dates, trust, strength, rules, revocation })) {
      describe(group, () => {
        it.effect.each(rows)("judges %s", ([_what, make, conditions, notes = []]) =>
          Effect.gen(function*() {
            const handshake = yield* shake(make)
            assert.deepStrictEqual(handshake.conditions, conditions, handshake.platformCode)
            assert.deepStrictEqual([...new Set(handshake.problems?.map(({ condition }) => condition))], conditions)
            assert.deepStrictEqual((handshake.notes ?? []).map(({ id }) => id), notes)
          }))
      })
    }

    it.effect.each(refusals)("names %s", ([_what, make, reason]) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(shake(make))
        assert.strictEqual(error._tag === "HandshakeFailed" ? error.reason : error._tag, reason)
      }))

    it.effect("tells which certificate of the chain expired, and when", () =>
      Effect.gen(function*() {
        const { problems } = yield* shake(under({ fromDays: -20, toDays: -10 }))
        assert.deepStrictEqual(problems?.map(({ subject }) => subject), ["O=Test,CN=Odd"])
        assert.match(problems?.[0]?.text ?? "", /^shows an issuer, O=Test,CN=Odd, that expired on \d{4}-\d\d-\d\d$/)
      }))

    it.effect("tells where the issuer is that was not sent", () =>
      Effect.gen(function*() {
        const { problems } = yield* shake(({ intermediate, make, root }) => ({
          chain: [make.issue({ more: [pointsToIssuer] }, intermediate)],
          ca: root,
          published: { [issuerUrl]: make.der(intermediate) }
        }))
        assert.strictEqual(
          problems?.[0]?.text,
          `does not send the certificate of its issuer, O=Test,CN=Test Intermediate, which is at ${issuerUrl}`
        )
      }))
  })
})
