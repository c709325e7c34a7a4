import { assert, describe, it } from "@effect/vitest"
import { InvalidOption } from "@sonde/http-api/Problems"
import type { StartRun } from "@sonde/http-api/RunsApi"
import * as Intake from "@sonde/http-server/Intake"
import { SecretSources } from "@sonde/http-server/SecretSources"
import * as Settings from "@sonde/http-server/Settings"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import * as Net from "@sonde/net/Net"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const target = "person@mail.example"
const secret = Redacted.make("kanarie-7f3", { label: "secret" })

/** What a body comes to, and the sources that were read for it. */
const play = Effect.fnUntraced(function*(body: StartRun, settings: Partial<Settings.Values> = {}) {
  const read: Array<string> = []
  const sources = Layer.succeed(SecretSources, {
    resolve: (option, source) => {
      read.push(`${option} ${source}`)
      return source === "env:MISSING"
        ? Effect.fail(
          new InvalidOption({
            error: { _tag: "InvalidOption", option, problem: "is not there", remedy: "give another" }
          })
        )
        : Effect.succeed(secret)
    }
  })
  const layer = Intake.Intake.layer.pipe(
    Layer.provide(Layer.provide(Sonde.layer, Net.layerStatic({}))),
    Layer.provide([Settings.layer(settings), sources])
  )
  const result = yield* Effect.flatMap(Intake.Intake, (intake) => Effect.result(intake.check(body))).pipe(
    Effect.provide(layer)
  )
  return { result, read }
})

const taken = (body: StartRun, settings?: Partial<Settings.Values>) =>
  Effect.map(play(body, settings), ({ result }) => Result.getOrThrow(result))

const refusal = (body: StartRun, settings?: Partial<Settings.Values>) =>
  Effect.map(play(body, settings), ({ read, result }) => {
    assert.deepStrictEqual(read, [], "nothing is read for what is refused")
    if (Result.isSuccess(result)) return "taken"
    const { error, status } = result.failure
    return error._tag === "TargetDenied"
      ? `${status} ${error.option} ${error.reason}`
      : `${status} ${error.option}`
  })

describe("Intake", () => {
  it.effect("takes a proxy with its secret where private addresses are allowed, and lets its port be dialled", () =>
    Effect.gen(function*() {
      const proxySecret = Redacted.make("h0rse-battery")
      const body = { target, proxy: "socks5h://alice@192.0.2.1:1080", proxySecret, family: 4 } as const
      const check = yield* taken(body, { allowPrivate: true })
      assert.deepInclude(check, body)
      const { isAllowed } = Intake.rule({ allowPrivate: true, anyPort: false, ports: [587] }, check)
      assert.deepStrictEqual([587, 1080, 1081].map((port) => isAllowed("192.0.2.1", port)), [true, true, false])
    }))

  it.effect("takes the options of a check as they are", () =>
    Effect.gen(function*() {
      const body = { target, secret, until: "auth", auth: "plain", timeout: "5s", from: target } as const
      assert.deepStrictEqual(yield* taken(body), body)
    }))

  const over: ReadonlyArray<readonly [StartRun, string]> = [
    [{ target, pack: ["mine.yaml"] }, "400 pack"],
    [{ target, packs: "/etc" }, "400 packs"],
    [{ target, wait: true }, "400 wait"],
    [{ target, wait: false }, "taken"],
    [{ target, connectTo: [] }, "400 connectTo"],
    [{ target, dns: "192.0.2.53" }, "400 dns"],
    [{ target, dns: "https://dns.quad9.net/dns-query" }, "400 dns"],
    [{ target, proxy: "socks5h://192.0.2.1:1080" }, "400 proxy"],
    [{ target, source: "192.0.2.1" }, "400 source"],
    [{ target, address: "192.0.2.1", only: ["imap"] }, "400 address"],
    [{ target, control: "192.0.2.1:587" }, "400 control"],
    [{ target, message: "Subject: x\r\n\r\n" }, "400 message"],
    [{ target, auth: "plain" }, "400 auth"],
    [{ target, grant: "device-code", clientId: "id" }, "400 grant"],
    [{ target, grant: "client-credentials", clientId: "id" }, "400 grant"],
    [{ target, token: { source: "device-code" } }, "400 clientId"],
    [{ target, token: { source: "device-code" }, clientId: "id" }, "taken"],
    [{ target, token: { source: "device-code" }, clientId: "id", secret }, "400 token"],
    [
      { target, token: { source: "device-code" }, clientId: "id", only: ["smtp-submission"], skip: ["token"] },
      "400 skip"
    ],
    [
      { target, token: { source: "device-code" }, clientId: "id", tokenEndpoint: "https://192.0.2.1/token" },
      "400 tokenEndpoint"
    ],
    [{ target: "mail.example", token: { source: "device-code" }, clientId: "id" }, "400 user"],
    [{ target, clientId: "id" }, "400 clientId"],
    [{ target, auth: "scram-sha-256", secret }, "taken"],
    [{ target, provider: "nobody" }, "400 provider"],
    [{ target, ehlo: "two words" }, "400 ehlo"],
    [{ target, secret, token: secret }, "400 token"],
    [{ target: "mail.example", secret }, "400 user"],
    [{ target: "mail example" }, "400 target"],
    [{ target, port: 587 }, "taken"],
    [{ target, port: 2525 }, "422 port Port"]
  ]
  for (const [body, end] of over) {
    it.effect(`answers ${end} to ${JSON.stringify(body)}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* refusal(body), end)
      }))
  }

  it.effect("lets a person sign in on another device, where a run was asked to and again when it is resumed", () =>
    Effect.gen(function*() {
      const settings = { ...Settings.defaults }
      const body: StartRun = { target, token: { source: "device-code" }, clientId: "id", tenant: "mail.example" }
      const check = yield* taken(body)
      assert.deepStrictEqual(check, { target, grant: "device-code", clientId: "id", tenant: "mail.example" })
      assert.deepStrictEqual(yield* taken(Intake.resumed(check, {}, settings)), check)
      const given = yield* taken(Intake.resumed(check, { secret }, settings))
      assert.deepStrictEqual(given, { target, secret })
    }))

  it.effect("dials the ports of HTTP for requests alone, and never for a session", () =>
    Effect.sync(() => {
      const rule = (given = {}) => Intake.rule({ ...Settings.defaults, ...given }, {})
      const asks = (address: string, port: number, given = {}) => AddressPolicy.forHttp(rule(given))(address, port)
      assert.isTrue(asks("198.41.0.4", 443))
      assert.isFalse(rule().isAllowed("198.41.0.4", 443))
      assert.isTrue(rule().isAllowed("198.41.0.4", 587))
      assert.isFalse(asks("198.41.0.4", 8443))
      assert.isFalse(asks("127.0.0.1", 443))
      assert.isFalse(asks("10.0.0.1", 443))
      assert.isTrue(asks("10.0.0.1", 443, { allowPrivate: true }))
      assert.isFalse(rule({ allowPrivate: true }).isAllowed("10.0.0.1", 443))
    }))

  it.effect("speaks of options as the body does", () =>
    Effect.gen(function*() {
      const bodies: ReadonlyArray<StartRun> = [
        { target, auth: "plain" },
        { target, message: "x" },
        { target, until: "data" },
        { target, provider: "nobody" },
        { target: "mail.example", secret },
        { target, secret, token: secret },
        { target, grant: "refresh-token" },
        { target, clientId: "id" },
        { target, token: { source: "device-code" } }
      ]
      for (const body of bodies) {
        const { result } = yield* play(body)
        const words = JSON.stringify(Result.isFailure(result) ? result.failure : "taken")
        assert.notMatch(words, /--[a-z]|sonde packs|"taken"/, JSON.stringify(body))
      }
    }))

  describe("recipients", () => {
    const signed = { secret, until: "rcpt" } as const
    const rows: ReadonlyArray<readonly [StartRun, string]> = [
      [{ ...signed, target, to: ["other@mail.example"] }, "taken"],
      [{ ...signed, target, to: ["other@MAIL.example"] }, "taken"],
      [{ ...signed, target, to: ["other@elsewhere.example"] }, "422 to Recipient"],
      [{ ...signed, target, to: ["other@mail.example", "other@elsewhere.example"] }, "422 to Recipient"],
      [{ ...signed, target, to: ["other@sub.mail.example"] }, "422 to Recipient"],
      [{ ...signed, target, user: "person@elsewhere.example", to: ["other@elsewhere.example"] }, "taken"],
      [
        { ...signed, target: "mail.example:587", user: "person@elsewhere.example", to: ["a@elsewhere.example"] },
        "taken"
      ],
      // Whoever does not sign in proves no domain by a name.
      [{ target: "mail.example:25", user: "a@mail.example", from: target, to: ["b@mail.example"] }, "422 to Recipient"],
      [{ target: "mail.example", from: target, to: ["b@mail.example"], until: "rcpt" }, "422 to Recipient"],
      // Nobody signs in at an exchanger, so that none is asked who its mailboxes are.
      [{ target, only: ["mx"] }, "422 target Recipient"],
      [{ ...signed, target, only: ["mx"], to: ["other@mail.example"] }, "422 to Recipient"],
      [{ target: "mail.example", only: ["mx"] }, "taken"],
      [
        { target, only: ["lmtp"], host: "mail.example", port: 587, to: ["other@elsewhere.example"] },
        "422 to Recipient"
      ],
      [{ target, only: ["mx"], until: "mail" }, "taken"],
      // Without a recipient a delivery goes to the sender.
      [{ target, secret, deliver: true }, "taken"],
      [{ target, secret, deliver: true, from: "other@elsewhere.example" }, "422 to Recipient"],
      [{ ...signed, target, to: Array.from({ length: 10 }, (_, index) => `p${index}@mail.example`) }, "taken"],
      [{ ...signed, target, to: Array.from({ length: 11 }, (_, index) => `p${index}@mail.example`) }, "400 to"]
    ]
    for (const [{ secret: given, ...body }, end] of rows) {
      it.effect(`end in ${end}: ${JSON.stringify(body)}, ${given === undefined ? "no " : ""}sign-in`, () =>
        Effect.gen(function*() {
          assert.strictEqual(yield* refusal(given === undefined ? body : { ...body, secret: given }), end)
        }))
    }
  })

  describe("a message that is read back", () => {
    const back = { target, secret, deliver: true, readBack: true } as const
    const other = { ...back, to: ["friend@elsewhere.example"], readBackSecret: Redacted.make("kanarie-9b1") }
    const recipients = ["@elsewhere.example"]

    it.effect("goes outside the account's domain only where the operator allows it", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* refusal(back), "taken")
        assert.strictEqual(yield* refusal(other), "422 to Recipient")
        assert.strictEqual(yield* refusal(other, { recipients: ["else@elsewhere.example"] }), "422 to Recipient")
        assert.strictEqual(yield* refusal({ ...back, from: "friend@elsewhere.example" }), "400 readBackSecret")
        assert.strictEqual(yield* refusal(other, { recipients }), "taken")
        // What a request allows itself does not count.
        assert.strictEqual(yield* refusal({ ...other, allowRecipient: recipients }), "400 allowRecipient")
        const plain = { target, secret, deliver: true, to: ["friend@elsewhere.example"] } as const
        assert.strictEqual(yield* refusal(plain, { recipients }), "taken")
        assert.strictEqual(yield* refusal(plain), "422 to Recipient")
      }))

    it.effect("keeps its other secret, and is asked for it again", () =>
      Effect.gen(function*() {
        const check = yield* taken(other, { recipients })
        assert.strictEqual(Redacted.value(check.readBackSecret!), "kanarie-9b1")
        const { readBackSecret: _, secret: __, ...asked } = check
        const again = Intake.resumed(asked, { secret }, { connectTo: [], ca: undefined })
        assert.notProperty(again, "allowRecipient")
        assert.strictEqual(yield* refusal(again as StartRun, { recipients }), "400 readBackSecret")
      }))

    it.effect.each<[readBackHost: string, end: string]>([
      ["imap.mail.example:993", "taken"],
      ["127.0.0.1", "422 readBackHost Address"],
      ["imap.internal", "422 readBackHost Name"],
      ["imap.mail.example:22", "422 readBackHost Port"]
    ])("at %s ends in %s", ([readBackHost, end]) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* refusal({ ...back, readBackHost }), end)
      }))

    it.effect("sends no secret of the server where a request says", () =>
      Effect.gen(function*() {
        const body = { ...back, secret: { source: "env:PW" }, readBackHost: "imap.mail.example" } as const
        assert.strictEqual(yield* refusal(body, { sources: [{ target, source: "env:PW" }] }), "400 readBackHost")
      }))
  })

  it.effect("introduces the server by the operator's name, or else the caller's", () =>
    Effect.gen(function*() {
      const body = { target, ehlo: "caller.example" }
      assert.strictEqual((yield* taken(body, { ehlo: "sonde.example" })).ehlo, "sonde.example")
      assert.strictEqual((yield* taken({ target }, { ehlo: "sonde.example" })).ehlo, "sonde.example")
      assert.strictEqual((yield* taken(body)).ehlo, "caller.example")
      const name = (publicUrl: string) => Effect.map(taken({ target }, { publicUrl }), ({ ehlo }) => ehlo)
      assert.strictEqual(yield* name("https://sonde.example:8443/desk"), "sonde.example")
      assert.strictEqual(yield* name("http://192.0.2.1"), undefined)
      assert.strictEqual(yield* name("http://[2001:db8::1]"), undefined)
    }))

  it.effect("lets no run take longer than it may", () =>
    Effect.gen(function*() {
      const settings = { maxRunMillis: 30_000 }
      assert.strictEqual((yield* taken({ target, deadline: "10s" }, settings)).deadline, "10s")
      assert.strictEqual((yield* taken({ target, deadline: "5m" }, settings)).deadline, 30_000)
      assert.strictEqual((yield* taken({ target, deadline: 30_001 }, settings)).deadline, 30_000)
      assert.strictEqual((yield* taken({ target }, settings)).deadline, 30_000)
      assert.strictEqual((yield* taken({ target })).deadline, undefined)
    }))

  describe("a secret of the server", () => {
    const bound = { sources: [{ target: "mail.example", source: "env:MAIL" }] }
    const any = { sources: [{ target: "*", source: "env:MAIL" }] }
    const body: StartRun = { target, secret: { source: "env:MAIL" } }

    it.effect("is read once everything else holds", () =>
      Effect.gen(function*() {
        const { read, result } = yield* play(body, bound)
        assert.deepStrictEqual(Result.getOrThrow(result), { target, secret })
        assert.deepStrictEqual(read, ["secret env:MAIL"])
        assert.strictEqual(yield* refusal({ ...body, port: 2525 }, bound), "422 port Port")
        assert.strictEqual(yield* refusal({ ...body, auth: "xoauth2" }, bound), "400 auth")
        assert.strictEqual(yield* refusal({ ...body, until: "data" }, bound), "400 until")
      }))

    it.effect("may be a token", () =>
      Effect.gen(function*() {
        const { read, result } = yield* play({ target, token: { source: "env:MAIL" } }, bound)
        assert.deepStrictEqual(Result.getOrThrow(result), { target, token: secret })
        assert.deepStrictEqual(read, ["token env:MAIL"])
      }))

    it.effect("that is not there is the fault of the option", () =>
      Effect.gen(function*() {
        const { result } = yield* play({ target, secret: { source: "env:MISSING" } }, bound)
        assert.strictEqual(Result.isFailure(result) && result.failure.status, 400)
      }))

    const redirects: Readonly<Record<string, Partial<StartRun>>> = {
      host: { host: "evil.example" },
      connectTo: { connectTo: ["mail.example:587:192.0.2.1:587"] },
      provider: { provider: "google-workspace" },
      dns: { dns: "192.0.2.53" },
      proxy: { proxy: "socks5h://192.0.2.1:1080" },
      address: { address: "192.0.2.1", only: ["imap"] },
      ca: { ca: "" },
      security: { security: "none" },
      allowClearAuth: { allowClearAuth: true },
      user: { user: "other@mail.example" },
      target: { target: "mail.example:587" }
    }
    for (const [option, options] of Object.entries(redirects)) {
      it.effect(`goes nowhere that a request says: ${option}`, () =>
        Effect.gen(function*() {
          const settings = { ...bound, allowPrivate: true }
          assert.strictEqual(yield* refusal({ ...body, ...options }, settings), `400 ${option}`)
        }))
    }

    it.effect("is not lent to a run that was aimed elsewhere when it started", () =>
      Effect.gen(function*() {
        const asked = { target, host: "evil.example", pack: ["mine.yaml"], wait: true, deliverAgain: true }
        const again = { secret: { source: "env:MAIL" } }
        assert.strictEqual(yield* refusal(Intake.resumed(asked, again, Settings.defaults), bound), "400 host")
        assert.deepStrictEqual(yield* taken(Intake.resumed(asked, { secret }, Settings.defaults)), {
          target,
          host: "evil.example",
          secret
        })
        assert.strictEqual(
          yield* refusal(Intake.resumed({ target, host: "127.0.0.1" }, { secret }, Settings.defaults)),
          "422 host Address"
        )
      }))

    it.effect("goes where the operator says for every run, then and when it is resumed", () =>
      Effect.gen(function*() {
        const pins = {
          allowPrivate: true,
          connectTo: ["mail.example.org:587:127.0.0.1:2587"],
          ca: "PEM of the operator"
        }
        const check = yield* taken({ target, secret }, pins)
        assert.deepInclude(check, { connectTo: pins.connectTo, ca: pins.ca })
        const { secret: _, ...asked } = check
        const again = Intake.resumed(asked, { secret }, { ...Settings.defaults, ...pins })
        assert.notProperty(again, "connectTo")
        assert.notProperty(again, "ca")
        assert.deepStrictEqual(yield* taken(again, pins), check)
      }))

    it.effect("that is good for any target goes where a request says", () =>
      Effect.gen(function*() {
        const { read, result } = yield* play({ ...body, host: "other.example", user: "shared" }, any)
        assert.isTrue(Result.isSuccess(result))
        assert.deepStrictEqual(read, ["secret env:MAIL"])
      }))

    it.effect("stays hidden in what is handed on", () =>
      Effect.gen(function*() {
        assert.notInclude(JSON.stringify(yield* taken(body, bound)), "kanarie")
      }))
  })
})
