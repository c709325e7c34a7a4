/** Names, connections, greetings and encryption: what the rows of `scenarios.ts` do not show. */
import { assert, describe, it } from "@effect/vitest"
import { TlsReason, worstFirst } from "@sonde/domain/Certificate"
import type { TlsError } from "@sonde/domain/Errors"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import { Dialer } from "@sonde/net/Dialer"
import * as Net from "@sonde/net/Net"
import { Resolver } from "@sonde/net/Resolver"
import * as Connect from "@sonde/phases/Connect"
import * as Ehlo from "@sonde/phases/Ehlo"
import { definition as greeting } from "@sonde/phases/Greeting"
import { Resolve } from "@sonde/phases/Resolve"
import { StartTls } from "@sonde/phases/StartTls"
import * as Tls from "@sonde/phases/Tls"
import * as SessionFile from "@sonde/testkit/SessionFile"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Support from "./support.ts"

const endpoint = { protocol: "smtp", host: "mx.example", port: 587, security: "starttls" } as const
const service = "smtp-submission"

const resolve = (
  input: Partial<Parameters<Resolve["Service"]["run"]>[0]>,
  net: ReturnType<typeof Support.network> = Support.network([])
) =>
  Effect.flatMap(Resolve, (phase) => phase.run({ service, endpoint, ...input })).pipe(
    Effect.provide(Resolve.layer.pipe(Layer.provide(net)))
  )

describe("Resolve", () => {
  it.effect("gives the addresses of both families as the resolver orders them", () =>
    Effect.gen(function*() {
      const zone = { "mx.example": { a: ["192.0.2.25"], aaaa: ["2001:db8::25"] } }
      assert.deepStrictEqual(yield* resolve({}, Support.network([], zone)), {
        name: "mx.example",
        source: "dns",
        addresses: [
          { address: "2001:db8::25", family: 6, ttlSeconds: 300 },
          { address: "192.0.2.25", family: 4, ttlSeconds: 300 }
        ]
      })
    }))

  it.effect("keeps what the answer tells besides: the resolver that was chosen, aliases, the AD flag", () =>
    Effect.gen(function*() {
      const answering = Layer.succeed(Resolver, {
        addresses: () =>
          Effect.succeed({
            source: "dns" as const,
            addresses: [{ address: "192.0.2.25", family: 4 as const, ttlSeconds: 60 }],
            aliases: ["mx1.example"],
            authentic: true
          }),
        mx: () => Effect.die("not asked"),
        query: () => Effect.die("not asked")
      })
      const facts = yield* Effect.flatMap(
        Resolve,
        (phase) => phase.run({ service, endpoint, server: "tls://9.9.9.9#dns.quad9.net" })
      ).pipe(Effect.provide(Resolve.layer.pipe(Layer.provide(answering))))
      assert.deepStrictEqual(facts, {
        name: "mx.example",
        source: "dns",
        addresses: [{ address: "192.0.2.25", family: 4, ttlSeconds: 60 }],
        resolver: "tls://9.9.9.9#dns.quad9.net",
        aliases: ["mx1.example"],
        authentic: true
      })
    }))

  it.effect.each([["192.0.2.7", 4], ["2001:db8::7", 6]] as const)(
    "asks nobody about the address %s",
    ([host, family]) =>
      Effect.gen(function*() {
        const facts = yield* resolve({ endpoint: { ...endpoint, host } }, Support.network([], {}))
        assert.deepStrictEqual(facts, { name: host, source: "literal", addresses: [{ address: host, family }] })
      })
  )

  it.effect("takes a pinned address and keeps the name that TLS is verified against", () =>
    Effect.gen(function*() {
      const facts = yield* resolve({ pinned: { host: "127.0.0.1", port: 40123 } }, Support.network([], {}))
      assert.deepStrictEqual(facts, {
        name: "mx.example",
        source: "pinned",
        addresses: [{ address: "127.0.0.1", family: 4, port: 40123 }]
      })
    }))

  it.effect("resolves a pinned name", () =>
    Effect.gen(function*() {
      const zone = { "relay.example": { a: ["192.0.2.9"] } }
      const facts = yield* resolve({ pinned: { host: "relay.example", port: 2525 } }, Support.network([], zone))
      assert.deepStrictEqual(facts.addresses, [{ address: "192.0.2.9", family: 4, port: 2525, ttlSeconds: 300 }])
      assert.deepStrictEqual([facts.name, facts.source], ["mx.example", "pinned"])
    }))

  const failing = (reason: NonNullable<Net.StaticFailures[string]>) =>
    Support.network([], { "mx.example": {} }, { "a mx.example": reason, "aaaa mx.example": reason })

  it.effect.each(
    [
      ["NoSuchName", false],
      ["NoRecords", false],
      ["ServerFailure", true],
      ["Refused", false],
      ["Timeout", true],
      ["Unreachable", false],
      ["Untrusted", false],
      ["BadName", false]
    ] as const
  )("fails with ResolveError %s", ([reason, temporary]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(resolve({}, failing(reason)))
      assert.isTrue(error._tag === "ResolveError" && error.reason === reason && error.name === "mx.example")
      assert.strictEqual(error.isTemporary, temporary)
      assert.match(error.message, /^mx\.example .*[^.]$/)
    }))

  it.effect("fails with ProtocolError MalformedReply for an answer that cannot be read", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(resolve({}, failing("Malformed")))
      assert.strictEqual(Support.nameOf(error), "ProtocolError MalformedReply")
      assert.include(error.message, "mx.example")
    }))
})

describe("Resolve under a coarse policy", () => {
  const zone = { "mx.example": { a: ["10.0.0.25", "9.9.9.9", "127.0.0.1"], aaaa: ["fd00::25"] } }
  const coarsely = (input: Parameters<typeof resolve>[0], net: ReturnType<typeof Support.network>) =>
    Effect.provideService(resolve(input, net), AddressPolicy.AddressPolicy, AddressPolicy.publicOnly())

  it.effect("counts the addresses that may not be dialled, and names the others", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* coarsely({}, Support.network([], zone)), {
        name: "mx.example",
        source: "dns",
        addresses: [{ address: "9.9.9.9", family: 4, ttlSeconds: 300 }],
        withheld: 3
      })
    }))

  it.effect("judges an address with the port that it would be dialled on", () =>
    Effect.gen(function*() {
      const facts = yield* coarsely({ endpoint: { ...endpoint, port: 8080 } }, Support.network([], zone))
      assert.deepStrictEqual([facts.addresses, facts.withheld], [[], 4])
    }))

  it.effect("does not tell that only the system's own table knows the name", () =>
    Effect.gen(function*() {
      const table = (address: string) =>
        Layer.mock(Resolver, {
          addresses: () => Effect.succeed({ source: "hosts" as const, addresses: [{ address, family: 4 as const }] })
        })
      const look = (address: string) =>
        Effect.flatMap(Resolve, (phase) => phase.run({ service, endpoint })).pipe(
          Effect.provide(Resolve.layer.pipe(Layer.provide(table(address)))),
          Effect.provideService(AddressPolicy.AddressPolicy, AddressPolicy.publicOnly())
        )
      assert.deepStrictEqual(yield* look("10.0.0.1"), {
        name: "mx.example",
        source: "dns",
        addresses: [],
        withheld: 1
      })
      assert.strictEqual((yield* look("9.9.9.9")).source, "hosts")
    }))

  it.effect("adds nothing where everything may be dialled", () =>
    Effect.gen(function*() {
      const open = { "mx.example": { a: ["9.9.9.9"] } }
      assert.notProperty(yield* coarsely({}, Support.network([], open)), "withheld")
      assert.notProperty(yield* resolve({}, Support.network([], zone)), "withheld")
    }))
})

describe("Connect", () => {
  it.effect.each(
    [
      "Refused",
      "Timeout",
      "Unreachable",
      "Reset",
      "AddressDenied",
      "ProxyUnreachable",
      "ProxyAuth",
      "ProxyDenied",
      "ProxyBroken"
    ] as const
  )(
    "fails with ConnectError %s",
    (reason) =>
      Effect.gen(function*() {
        const played = yield* Support.over(Support.network(reason))
        const error = Support.failureOf(played)
        assert.isTrue(error._tag === "ConnectError" && error.reason === reason && error.phase === "connect")
        assert.deepStrictEqual(Support.passed(played), ["resolve"])
        assert.deepStrictEqual(played.transcript, [])
        assert.strictEqual(played.millis, reason === "Timeout" ? 10_000 : 0)
        if (error._tag !== "ConnectError") return
        const [attempt, ...others] = error.attempts
        assert.deepInclude(attempt, { address: "192.0.2.25", port: 587, result: reason })
        assert.strictEqual(others.length, 0)
        assert.notInclude(error.message, "addresses tried")
      })
  )

  it.effect("tries the other family for nothing but its answer, and tells it apart from those that only were slower", () =>
    Effect.gen(function*() {
      const zone = { "mx.example": { a: ["192.0.2.25", "192.0.2.26"], aaaa: ["2001:db8::25"] } }
      const world = (four: Net.StaticServer) =>
        Layer.merge(
          Net.layerResolver({ zone }),
          Net.layerDialer({ servers: { "[2001:db8::25]:587": ["S: 220 mx.example"], "192.0.2.25:587": four } })
        )
      const attempts = (four: Net.StaticServer) =>
        Effect.gen(function*() {
          const resolved = yield* Effect.flatMap(Resolve, (phase) => phase.run({ service, endpoint }))
          const fiber = yield* Effect.forkChild(Effect.scoped(Effect.flatMap(
            Connect.Connect,
            (phase) => phase.run({ service, endpoint, addresses: resolved, recorder: StaticNet.recorder() })
          )))
          yield* TestClock.adjust(5000)
          const session = yield* Fiber.join(fiber)
          return Connect.definition.factsOf(session).attempts.map(({ address, durationMillis, result }) => [
            address,
            result,
            durationMillis
          ])
        }).pipe(Effect.provide(Layer.provide(Layer.merge(Resolve.layer, Connect.Connect.layer), world(four))))
      const first = ["2001:db8::25", "Connected", 0]
      assert.deepStrictEqual(yield* attempts(["S: 220 mx.example"]), [first, ["192.0.2.25", "Connected", 0]])
      assert.deepStrictEqual(yield* attempts("Refused"), [first, ["192.0.2.25", "Refused", 0]])
      assert.deepStrictEqual(yield* attempts("Timeout"), [first, ["192.0.2.25", "Timeout", Connect.otherFamilyMillis]])
    }))

  it.effect("lists every address that was tried", () =>
    Effect.gen(function*() {
      const zone = { "mx.example": { a: ["192.0.2.25", "192.0.2.26"], aaaa: ["2001:db8::25"] } }
      const error = Support.failureOf(yield* Support.over(Support.network("Refused", zone)))
      assert.isTrue(error._tag === "ConnectError")
      if (error._tag !== "ConnectError") return
      assert.deepStrictEqual(error.attempts.map(({ address }) => address), ["2001:db8::25", "192.0.2.25", "192.0.2.26"])
      assert.include(error.message, "(3 addresses tried)")
    }))

  it.effect("dials no address that the policy denies", () =>
    Effect.gen(function*() {
      const error = Support.failureOf(
        yield* Effect.provideService(
          Support.play("submission"),
          AddressPolicy.AddressPolicy,
          AddressPolicy.publicOnly()
        )
      )
      assert.strictEqual(Support.nameOf(error), "ConnectError AddressDenied")
    }))

  const zone = { "mx.example": { a: ["10.0.0.25", "9.9.9.9"], aaaa: ["fd00::25"] } }
  const denying = (coarse: boolean, allowed: ReadonlyArray<string>): AddressPolicy.AddressRule => ({
    coarse,
    isAllowed: (address) => allowed.includes(address)
  })

  it.effect("names what it may not dial, unless the policy is coarse", () =>
    Effect.gen(function*() {
      const attempts = (coarse: boolean, allowed: ReadonlyArray<string>) =>
        Support.over(Support.network("Refused", zone)).pipe(
          Effect.provideService(AddressPolicy.AddressPolicy, denying(coarse, allowed)),
          Effect.map((played) => {
            const error = Support.failureOf(played)
            assert.strictEqual(played.millis, 0)
            return error._tag === "ConnectError"
              ? [error.reason, error.attempts.map(({ address }) => address), error.message]
              : []
          })
        )
      assert.deepStrictEqual(yield* attempts(false, ["9.9.9.9"]), [
        "Refused",
        ["fd00::25", "10.0.0.25", "9.9.9.9"],
        "mx.example:587 refused the connection (3 addresses tried)"
      ])
      assert.deepStrictEqual(yield* attempts(true, ["9.9.9.9"]), [
        "Refused",
        ["9.9.9.9"],
        "mx.example:587 refused the connection"
      ])
      assert.deepStrictEqual(yield* attempts(true, []), [
        "AddressDenied",
        [],
        "mx.example:587 has an address that this installation does not connect to"
      ])
    }))

  it.effect("tells our own end only where it is public, if the policy is coarse", () =>
    Effect.gen(function*() {
      const local = (coarse: boolean) =>
        Effect.map(
          Effect.provideService(
            Support.play("submission", { until: "connect" }),
            AddressPolicy.AddressPolicy,
            denying(coarse, ["192.0.2.25"])
          ),
          (played) => Object.keys(Object(Support.factsOf(played, "connect")))
        )
      assert.include(yield* local(false), "localAddress")
      assert.notInclude(yield* local(true), "localAddress")
    }))

  it.effect("gives the facts of the connection", () =>
    Effect.gen(function*() {
      const played = yield* Support.play("submission", { until: "connect" })
      assert.deepStrictEqual(Support.factsOf(played, "connect"), {
        address: "192.0.2.25",
        port: 587,
        family: 4,
        localAddress: "192.0.2.1",
        attempts: [{ address: "192.0.2.25", port: 587, result: "Connected", durationMillis: 0 }]
      })
      assert.deepStrictEqual(played.sent, [])
    }))
})

describe("Greeting", () => {
  const counting = (script: ReadonlyArray<string>) => {
    let connections = 0
    const net = Support.network((line) => {
      if (line === undefined) connections++
      return line === undefined ? script : []
    })
    return { net, connections: () => connections }
  }

  it.effect("opens one further connection where nothing is said, and not more", () =>
    Effect.gen(function*() {
      const { connections, net } = counting(["tls", "S: 220 mx.example"])
      const played = yield* Support.over(net)
      assert.strictEqual(Support.nameOf(Support.failureOf(played)), "GreetingError TlsExpected")
      assert.strictEqual(connections(), 2)
      assert.strictEqual(played.millis, 10_000)
      assert.deepStrictEqual(played.sent, [])
      assert.include(played.transcript[0], "trying on a second connection")
    }))

  it.effect("asks the second connection for five seconds at most", () =>
    Effect.gen(function*() {
      const { connections, net } = counting(["wait 1m"])
      const played = yield* Support.over(net)
      assert.strictEqual(Support.nameOf(Support.failureOf(played)), "GreetingError Silent")
      assert.deepStrictEqual([connections(), played.millis], [2, 15_000])
    }))

  it.effect("does not outlast the deadline of the run with it", () =>
    Effect.gen(function*() {
      const { net } = counting(["wait 1m"])
      const played = yield* Support.over(net, { deadlineMillis: 10_000 })
      assert.strictEqual(Support.nameOf(Support.failureOf(played)), "GreetingError Silent")
      assert.isAtMost(played.millis, 10_001)
    }))

  it.effect.each(
    [
      ["after TLS", ["tls", "wait 1m"], { security: "tls" }],
      ["where a refusal came", ["S: 554 no"], {}],
      ["where the connection was closed", ["close"], {}],
      ["where another protocol answered", ["S: +OK POP3"], {}]
    ] as const
  )("opens none %s", ([, script, plan]) =>
    Effect.gen(function*() {
      const { connections, net } = counting(script)
      const error = Support.failureOf(yield* Support.over(net, plan))
      assert.strictEqual(error.phase, "greeting")
      assert.notStrictEqual(Support.nameOf(error), "GreetingError TlsExpected")
      assert.strictEqual(connections(), 1)
    }))

  it.effect("keeps the reply of a refusal", () =>
    Effect.gen(function*() {
      const error = Support.failureOf(yield* Support.play("greeting-rejected"))
      assert.deepStrictEqual(error._tag === "GreetingError" && error.reply, {
        code: 554,
        enhanced: "5.7.1",
        text: "no SMTP service here"
      })
    }))

  it("is done again on resume", () => {
    assert.deepStrictEqual(greeting.resume, { rule: "reacquire" })
  })
})

describe("Ehlo", () => {
  it.each([
    ["192.0.2.1", "[192.0.2.1]"],
    ["2001:db8::1", "[IPv6:2001:db8::1]"],
    ["::ffff:192.0.2.1", "[192.0.2.1]"],
    ["fe80::1%eth0", "[IPv6:fe80::1]"],
    ["", "[127.0.0.1]"]
  ])("makes an address literal of %j", (address, literal) => {
    assert.strictEqual(Ehlo.addressLiteral(address), literal)
  })

  it.effect("compares what is offered after TLS with what was before", () =>
    Effect.gen(function*() {
      const played = yield* Support.play("submission", { until: "auth" })
      assert.deepStrictEqual(Support.factsOf(played, "ehlo"), {
        name: "[192.0.2.1]",
        domain: "mx.example",
        keywords: [
          { keyword: "SIZE", params: ["35882577"] },
          { keyword: "8BITMIME", params: [] },
          { keyword: "AUTH", params: ["PLAIN", "LOGIN"] }
        ],
        starttls: false,
        auth: ["PLAIN", "LOGIN"],
        size: 35_882_577,
        added: ["SIZE", "8BITMIME", "AUTH"],
        removed: ["PIPELINING", "STARTTLS"]
      })
      assert.strictEqual(played.sent.filter((line) => line.startsWith("EHLO")).length, 2)
    }))

  it.effect("says the name it was given", () =>
    Effect.gen(function*() {
      const played = yield* Support.play("ehlo-helo", { security: "none", until: "ehlo", ehlo: "client.example" })
      assert.deepStrictEqual(played.sent, ["EHLO client.example", "HELO client.example"])
    }))
})

describe("StartTls", () => {
  it.effect.each([
    ["XXXX", "Stripped"],
    ["XXXXXXXX", "Stripped"],
    ["XXXXXXXA", "Stripped"],
    ["XXXXXXXXA", "Stripped"],
    ["X-ANONYMOUSTLS", "NotOffered"],
    ["XFORWARD NAME", "NotOffered"],
    ["XXX", "NotOffered"],
    ["XXXXL7", "NotOffered"],
    ["XXXXFILTER", "NotOffered"],
    ["STARTTLSX", "NotOffered"]
  ])("calls an offer of %s alone %s, and asks for nothing", ([keyword, reason]) =>
    Effect.gen(function*() {
      const played = yield* Support.say(["S: 220 x", "C: EHLO *", "S: 250-x", `S: 250 ${keyword}`])
      assert.strictEqual(Support.nameOf(Support.failureOf(played)), `StartTlsError ${reason}`)
      assert.notInclude(played.sent, "STARTTLS")
    }))

  it.effect("asks where the keyword stands beside an overwritten one", () =>
    Effect.gen(function*() {
      const script = [
        "S: 220 x",
        "C: EHLO *",
        "S: 250-x",
        "S: 250-XXXXXXXA",
        "S: 250 starttls",
        "C: STARTTLS",
        "S: 220 go"
      ]
      const played = yield* Support.say([...script, "tls"], { until: "tls" })
      assert.deepStrictEqual(Support.passed(played).at(-1), "tls")
    }))

  it.effect("says how many octets were injected and uses none of them", () =>
    Effect.gen(function*() {
      const played = yield* Support.play("starttls-injection")
      assert.include(Support.failureOf(played).message, `${"250 AUTH PLAIN\r\n".length} octets`)
      assert.isFalse(played.transcript.some((line) => line.startsWith("*")))
    }))
})

describe("Tls", () => {
  const certificate = (notAfter: string) => ({
    subject: "CN=mx.example",
    issuer: "CN=CA",
    san: ["mx.example"],
    notBefore: "1969-01-01T00:00:00.000Z",
    notAfter,
    sha256: "00".repeat(32)
  })
  const handshake = (tls: NonNullable<Extract<Net.StaticServer, { readonly script: unknown }>["tls"]>) =>
    Support.over(Support.network({ script: ["tls"], tls }), { security: "tls", until: "tls" })

  it.effect.each(TlsReason.literals)(
    "fails with TlsError %s where the handshake fails for it",
    (reason) =>
      Effect.gen(function*() {
        const played = yield* handshake(reason)
        const error = Support.failureOf(played)
        assert.isTrue(error._tag === "TlsError" && error.reason === reason && error.phase === "tls")
        assert.deepStrictEqual(error._tag === "TlsError" && [...error.conditions], [reason])
        assert.deepStrictEqual(error._tag === "TlsError" && [...error.chain], [])
        assert.include(error.message, Tls.sentence[reason])
        assert.isFalse(error.isTemporary)
        assert.deepStrictEqual(Support.passed(played), ["resolve", "connect"])
      })
  )

  it.effect("reports every condition that failed, worst first, with the chain as sent", () =>
    Effect.gen(function*() {
      const chain = [certificate("1970-01-11T00:00:00.000Z")]
      const conditions: ReadonlyArray<TlsError["reason"]> = ["WeakKey", "HostnameMismatch", "CertificateExpired"]
      const error = Support.failureOf(yield* handshake({ chain, conditions, platformCode: "CERT_HAS_EXPIRED" }))
      assert.isTrue(error._tag === "TlsError")
      if (error._tag !== "TlsError") return
      assert.deepStrictEqual([...error.conditions], [...worstFirst(conditions)])
      assert.strictEqual(error.reason, "CertificateExpired")
      assert.deepStrictEqual(error.chain, chain)
      assert.strictEqual(error.platformCode, "CERT_HAS_EXPIRED")
      assert.strictEqual(
        error.message,
        [
          "mx.example:587 shows a certificate that has expired",
          "it shows a certificate for other names",
          "it shows a certificate with a key that is too short"
        ].join("; ")
      )
    }))

  it.effect("counts the whole days until the first certificate of the chain ends", () =>
    Effect.gen(function*() {
      const chain = ["1970-02-01T00:00:00.000Z", "1970-01-11T23:59:59.000Z"].map(certificate)
      const played = yield* handshake({
        chain,
        alpn: "smtp",
        protocol: "TLSv1.2",
        cipher: "ECDHE-RSA-AES128-GCM-SHA256"
      })
      assert.deepStrictEqual(Support.factsOf(played, "tls"), {
        protocol: "TLSv1.2",
        cipher: "ECDHE-RSA-AES128-GCM-SHA256",
        serverName: "mx.example",
        alpn: "smtp",
        daysLeft: 10,
        conditions: [],
        chain
      })
    }))

  it.effect("fails with ProtocolError Injection for octets between the phases", () =>
    Effect.gen(function*() {
      const phases = yield* Effect.all({ startTls: StartTls, tls: Tls.Tls, dialer: Dialer })
      const session = yield* phases.dialer.connect(StaticNet.request())
      const conversation = { service, endpoint: StaticNet.endpoint, session } as const
      const line = () => ({ push: (text: string) => Schema.decodeUnknownResult(Schema.String)(text) })
      yield* session.exchange(undefined, line(), 1000)
      yield* session.exchange(["EHLO x"], line(), 1000)
      yield* session.exchange(undefined, line(), 1000)
      const offered = { name: "x", domain: "x", keywords: [], starttls: true, auth: [] }
      assert.deepStrictEqual(yield* phases.startTls.run({ conversation, offered }), { text: "ready" })
      yield* TestClock.adjust("10 millis")
      const fiber = yield* Effect.forkChild(Effect.flip(phases.tls.run({ conversation })), { startImmediately: true })
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(Support.nameOf(error), "ProtocolError Injection")
      assert.include(error.message, "16 octets")
      assert.isFalse(session.isEncrypted())
    }).pipe(Effect.provide(
      Layer.mergeAll(
        StartTls.layer,
        Tls.Tls.layer,
        StaticNet.saying(SessionFile.text("smtp/tls-late-injection"))
      )
    )))
})

describe("the limits in force", () => {
  it.effect.each(
    [
      [{}, 10_000],
      [{ phaseMillis: 3000 }, 3000],
      [{ deadlineMillis: 4000 }, 4000],
      [{ phaseMillis: 3000, deadlineMillis: 4000 }, 3000]
    ] as const
  )("bound a wait: %j", ([limits, millis]) =>
    Effect.gen(function*() {
      const played = yield* Support.play("ehlo-silent", limits)
      const error = Support.failureOf(played)
      assert.isTrue(error._tag === "PhaseTimeout" && error.afterMillis === millis)
      assert.strictEqual(played.millis, millis)
      assert.include(error.message, `within ${millis / 1000} s`)
    }))
})

describe("ConnectionLost", () => {
  it.effect("tells what was received and which command waited", () =>
    Effect.gen(function*() {
      const error = Support.failureOf(yield* Support.play("close-in-reply"))
      assert.deepInclude(error, { reason: "Closed", lastCommand: "EHLO [192.0.2.1]" })
      const octets = "220 mx.example ESMTP\r\n250-mx.example\r\n250-SIZ".length
      assert.isTrue(error._tag === "ConnectionLost" && error.bytes === octets)
      const secret = Support.failureOf(
        yield* Support.play("auth-closed", { security: "tls", credential: Support.withPassword })
      )
      assert.isTrue(secret._tag === "ConnectionLost" && secret.lastCommand === "AUTH PLAIN ‹secret›")
    }))
})

describe("the canary", () => {
  it.each([
    ["raw", Support.password],
    ["in JSON", JSON.stringify({ a: Support.password })],
    ["in a URL", `https://x.example/?p=${encodeURIComponent(Support.password)}`],
    ["in hex", [...new TextEncoder().encode(Support.password)].map((o) => o.toString(16).padStart(2, "0")).join("")],
    ["in Base64 at 0", btoa(`${Support.password}!`)],
    ["in Base64 at 1", btoa(`1${Support.password}!`)],
    ["in Base64 at 2", btoa(`12${Support.password}!`)],
    ["in Base64 of PLAIN", btoa(`\0${Support.user}\0${Support.password}`)],
    ["in Base64 of XOAUTH2", btoa(`user=${Support.user}\u0001auth=Bearer ${Support.token}\u0001\u0001`)]
  ])("is found %s", (_, text) => {
    assert.isNotEmpty(Support.canaries(`before ${text} behind`))
  })

  it("is not found where it is not", () => {
    assert.deepStrictEqual(Support.canaries("AUTH PLAIN ‹secret› kanarie"), [])
  })
})
