import { assert, describe, it } from "@effect/vitest"
import type { AuthChoice } from "@sonde/domain/Options"
import type { Credential } from "@sonde/phases/Credential"
import * as ScramServer from "@sonde/testkit/ScramServer"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Buffer } from "node:buffer"
import { createHmac } from "node:crypto"
import * as Support from "./support.ts"

const base64 = (text: string) => Buffer.from(text).toString("base64")
const text = (coded: string) => Buffer.from(coded, "base64").toString()

const exporter = Buffer.alloc(32, 7)
const endPoint = Buffer.alloc(48, 9)

interface Case extends Partial<ScramServer.ScramServerOptions> {
  readonly mechanism?: AuthChoice
  readonly offer?: string
  readonly known?: string
  /** What the client's connection can be told by. */
  readonly mine?: Readonly<Record<string, Uint8Array>>
  /** Whether the server wants the initial response after a challenge of its own. */
  readonly slow?: boolean
  /** What it says after the exchange, whatever came of it. */
  readonly final?: string
  readonly credential?: Credential
  readonly secrets?: ReadonlyArray<string>
}

/** Signs in at a SCRAM server that shares no code with the client. */
const scram = Effect.fnUntraced(function*(options: Case = {}) {
  const server = ScramServer.make({ hash: "sha256", password: options.known ?? Support.password, ...options })
  const heard: Array<string> = []
  let done: boolean | undefined = undefined
  let stage: "command" | "initial" | "challenged" = "command"
  const hear = (line: string): ReadonlyArray<string> => {
    if (line === "*") return ["S: 501 5.7.0 cancelled"]
    if (done !== undefined) return [`S: ${options.final ?? (done ? "235 accepted" : "535 5.7.8 refused")}`]
    heard.push(text(line))
    const said = server.hear(text(line))
    if (said.done !== undefined || said.message.startsWith("e=")) done = said.done === true
    return [`S: 334 ${base64(said.message)}`]
  }
  const script = (line: string | undefined): ReadonlyArray<string> => {
    if (line === undefined) return ["tls", "S: 220 mx.example"]
    if (line.startsWith("EHLO")) return ["S: 250-mx.example", `S: 250 AUTH ${options.offer ?? "SCRAM-SHA-256"}`]
    if (stage === "command" && line.startsWith("AUTH ")) {
      const initial = line.split(" ")[2]
      stage = initial === undefined || options.slow === true ? "initial" : "challenged"
      return stage === "initial" ? ["S: 334 "] : hear(initial ?? "")
    }
    stage = "challenged"
    return hear(line)
  }
  const credential = {
    ...(options.credential ?? Support.withPassword),
    mechanism: options.mechanism ?? "auto" as const
  }
  const net = Support.network({ script, ...(options.mine === undefined ? {} : { channelBinding: options.mine }) })
  const played = yield* Support.over(net, {
    security: "tls",
    until: "auth",
    credential,
    ...(options.secrets === undefined ? {} : { secrets: options.secrets })
  })
  return { played, heard, flag: server.flag() }
})

const facts = (played: Support.Played) => Support.factsOf(played, "auth")

describe("SCRAM over SMTP", () => {
  it.effect.each(["sha1", "sha256"] as const)(
    "signs in with %s, and masks what it sent",
    (hash) =>
      Effect.gen(function*() {
        const name = hash === "sha1" ? "SCRAM-SHA-1" : "SCRAM-SHA-256"
        const { flag, heard, played } = yield* scram({ hash, offer: `PLAIN ${name}` })
        assert.deepInclude(facts(played), {
          mechanism: name,
          passedOver: [{ mechanism: "PLAIN", why: `${name} comes first` }]
        })
        assert.strictEqual(flag, "n,,")
        assert.strictEqual(heard[0], `n,,n=${Support.user},r=nonce`)
        assert.deepStrictEqual(played.sent.slice(1), [`AUTH ${name} ‹user name›`, "‹secret›", ""])
      })
  )

  it.effect("sends the first message again where the server asks for it with an empty challenge", () =>
    Effect.gen(function*() {
      const { heard, played } = yield* scram({ slow: true })
      assert.strictEqual(Support.passed(played).at(-1), "auth")
      assert.strictEqual(heard.length, 2)
    }))

  it.effect("keeps a first message that is too long off the command", () =>
    Effect.gen(function*() {
      const { heard, played } = yield* scram({ credential: { ...Support.withPassword, user: "u".repeat(400) } })
      assert.strictEqual(Support.passed(played).at(-1), "auth")
      assert.strictEqual(played.sent[1], "AUTH SCRAM-SHA-256")
      assert.strictEqual(heard[0], `n,,n=${"u".repeat(400)},r=nonce`)
    }))

  const plus = "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN"
  it.effect.each<readonly [type: string, mine: Readonly<Record<string, Buffer>>]>([
    ["tls-exporter", { "tls-exporter": exporter, "tls-server-end-point": endPoint }],
    ["tls-server-end-point", { "tls-server-end-point": endPoint }]
  ])("ties itself to the connection with %s", ([type, mine]) =>
    Effect.gen(function*() {
      const { flag, played } = yield* scram({ offer: plus, mine, bindings: mine })
      assert.deepInclude(facts(played), { mechanism: "SCRAM-SHA-256-PLUS", channelBinding: type })
      assert.strictEqual(flag, `p=${type},,`)
    }))

  const mine = { "tls-exporter": exporter }
  it.effect("says that it could tie itself, where the offer has no -PLUS", () =>
    Effect.gen(function*() {
      const { flag, played } = yield* scram({ mine })
      assert.strictEqual(Support.passed(played).at(-1), "auth")
      assert.strictEqual(flag, "y,,")
      assert.notProperty(facts(played), "channelBinding")
    }))

  it.effect("says that it does not tie itself, where it was asked not to", () =>
    Effect.gen(function*() {
      const { flag, played } = yield* scram({ offer: plus, mine, bindings: mine, mechanism: "scram-sha-256" })
      assert.strictEqual(Support.passed(played).at(-1), "auth")
      assert.strictEqual(flag, "n,,")
    }))

  it.effect.each<readonly [what: string, options: Case, payload: string]>([
    ["a wrong password", { known: "another" }, "invalid-proof"],
    [
      "another TLS connection",
      { offer: plus, mine, bindings: { "tls-exporter": endPoint } },
      "channel-bindings-dont-match"
    ],
    [
      "an offer from which -PLUS was taken",
      { mine, bindings: { "tls-exporter": exporter } },
      "server-does-support-channel-binding"
    ],
    [
      "a type of binding that the server does not have",
      { offer: plus, mine, bindings: { "tls-unique": exporter } },
      "unsupported-channel-binding-type"
    ]
  ])("reads what the server says of %s", ([, options, status]) =>
    Effect.gen(function*() {
      const error = Support.failureOf((yield* scram(options)).played)
      assert.deepStrictEqual(error._tag === "AuthRejected" && error.payload, { status, text: `e=${status}` })
    }))

  const first = (change: (message: string) => string): Case => ({
    lie: (message, which) => which === "first" ? change(message) : message
  })
  const last = (change: (message: string) => string, final = "235 accepted"): Case => ({
    lie: (message, which) => which === "last" ? change(message) : message,
    final
  })
  it.effect.each<readonly [what: string, options: Case, error: string, cancelled: boolean]>([
    ["a nonce of its own", first((it) => it.replace("r=nonce", "r=other")), "BadChallenge", true],
    ["a nonce that adds nothing", { nonce: "" }, "BadChallenge", true],
    ["no salt", first((it) => it.replace(/s=[^,]*,/, "")), "BadChallenge", true],
    ["one iteration", { iterations: 1 }, "BadChallenge", true],
    ["an iteration bomb", first((it) => it.replace("i=4096", "i=4294967296")), "BadChallenge", true],
    ["a mandatory extension", first((it) => `m=x,${it}`), "BadChallenge", true],
    ["no attributes at all", first(() => "hello"), "BadChallenge", true],
    ["a wrong signature", last(() => `v=${base64("x".repeat(32))}`), "UnprovenServer", true],
    ["a signature that it does not have", last(() => "v="), "UnprovenServer", true],
    ["neither signature nor error", last(() => "x=1"), "BadChallenge", true],
    ["an error, and a welcome after it", { known: "another", final: "235 accepted" }, "UnprovenServer", false]
  ])("does not sign in at a server that sends %s", ([, options, reason, cancelled]) =>
    Effect.gen(function*() {
      const { played } = yield* scram(options)
      const error = Support.failureOf(played)
      assert.strictEqual(Support.nameOf(error), `ProtocolError ${reason}`)
      assert.strictEqual(played.sent.at(-1) === "*", cancelled)
      assert.match(error.message, /^mx\.example:587: SCRAM-SHA-256: /)
    }))

  it.effect("does not believe a server that accepts before it has proven anything", () =>
    Effect.gen(function*() {
      for (const at of [1, 2]) {
        let heard = 0
        const server = ScramServer.make({ hash: "sha256", password: Support.password })
        const script = (line: string | undefined): ReadonlyArray<string> => {
          if (line === undefined) return ["tls", "S: 220 mx.example"]
          if (line.startsWith("EHLO")) return ["S: 250-mx.example", "S: 250 AUTH SCRAM-SHA-256"]
          heard += 1
          const message = text(line.split(" ")[2] ?? line)
          return heard === at ? ["S: 235 welcome"] : [`S: 334 ${base64(server.hear(message).message)}`]
        }
        const plan = { security: "tls", until: "auth", credential: Support.withPassword } as const
        const played = yield* Support.over(Support.network(script), plan)
        assert.strictEqual(Support.nameOf(Support.failureOf(played)), "ProtocolError UnprovenServer")
      }
    }))

  it.effect("leaves a password that it cannot carry to PLAIN, and says so", () =>
    Effect.gen(function*() {
      const secret = "kanarie\u{1F600}"
      const script = [
        "tls",
        "S: 220 mx.example",
        "C: EHLO *",
        "S: 250-mx.example",
        "S: 250 AUTH SCRAM-SHA-256 PLAIN",
        `C: AUTH PLAIN ${base64(`\0${Support.user}\0${secret}`)}`,
        "S: 235 ok"
      ]
      const credential = { ...Support.withPassword, secret: Redacted.make(secret) }
      const played = yield* Support.say(script, { security: "tls", until: "auth", credential })
      assert.deepInclude(facts(played), {
        mechanism: "PLAIN",
        passedOver: [{
          mechanism: "SCRAM-SHA-256",
          why: "SCRAM-SHA-256: password has characters that this mechanism does not allow (SASLprep, RFC 4013)"
        }]
      })
    }))
})

const offering = (...mechanisms: ReadonlyArray<string>) => [
  "tls",
  "S: 220 mx.example",
  "C: EHLO *",
  "S: 250-mx.example",
  `S: 250 AUTH ${mechanisms.join(" ")}`
]

describe("CRAM-MD5 over SMTP", () => {
  const plan: Support.Plan = { security: "tls", until: "auth", credential: Support.withPassword }
  const challenge = "<1896.697170952@postoffice.example>"
  const digest = createHmac("md5", Support.password).update(challenge).digest("hex")

  it.effect("answers the challenge, and masks the answer", () =>
    Effect.gen(function*() {
      const played = yield* Support.say([
        ...offering("PLAIN", "CRAM-MD5"),
        "C: AUTH CRAM-MD5",
        `S: 334 ${base64(challenge)}`,
        `C: ${base64(`${Support.user} ${digest}`)}`,
        "S: 235 ok"
      ], plan)
      assert.deepInclude(facts(played), { mechanism: "CRAM-MD5" })
      assert.deepStrictEqual(played.sent.slice(1), ["AUTH CRAM-MD5", "‹secret›"])
    }))

  it.effect.each(["", "====?"])("does not answer the challenge %j", (coded) =>
    Effect.gen(function*() {
      const script = [...offering("CRAM-MD5"), "C: AUTH CRAM-MD5", `S: 334 ${coded}`, "C: *", "S: 501 cancelled"]
      const error = Support.failureOf(yield* Support.say(script, plan))
      assert.strictEqual(Support.nameOf(error), "ProtocolError BadChallenge")
    }))
})

describe("a challenge in which the secret stands by chance", () => {
  it.effect.each(["4096", "W22Zaj0S", "nonce3rfc", "postoffice"])(
    "is answered as it came: %s",
    (secret) =>
      Effect.gen(function*() {
        const credential = { ...Support.withPassword, secret: Redacted.make(secret) }
        const secrets = [secret]
        const { played } = yield* scram({ credential, known: secret, secrets })
        assert.strictEqual(Support.passed(played).at(-1), "auth")
        const challenge = "<1896.697170952@postoffice.example>"
        const script = [
          ...offering("CRAM-MD5"),
          "C: AUTH CRAM-MD5",
          `S: 334 ${base64(challenge)}`,
          `C: ${base64(`${Support.user} ${createHmac("md5", secret).update(challenge).digest("hex")}`)}`,
          "S: 235 ok"
        ]
        const cram = yield* Support.say(script, { security: "tls", until: "auth", credential, secrets })
        assert.strictEqual(Support.passed(cram).at(-1), "auth")
      })
  )
})

describe("OAUTHBEARER over SMTP", () => {
  const plan: Support.Plan = { security: "tls", until: "auth", credential: Support.withToken }
  const response = base64(
    `n,a=${Support.user},\x01host=mx.example\x01port=587\x01auth=Bearer ${Support.token}\x01\x01`
  )

  it.effect("comes before XOAUTH2", () =>
    Effect.gen(function*() {
      const script = [...offering("XOAUTH2", "OAUTHBEARER"), `C: AUTH OAUTHBEARER ${response}`, "S: 235 ok"]
      assert.deepInclude(facts(yield* Support.say(script, plan)), {
        mechanism: "OAUTHBEARER",
        passedOver: [{ mechanism: "XOAUTH2", why: "OAUTHBEARER comes first" }]
      })
    }))

  it.effect("decodes the error and answers it with one control character, and masks a token that comes back in it", () =>
    Effect.gen(function*() {
      const script = [
        ...offering("OAUTHBEARER"),
        `C: AUTH OAUTHBEARER ${response}`,
        `S: 334 ${base64(JSON.stringify({ status: "invalid_token", schemes: "bearer", scope: Support.token }))}`,
        "C: AQ==",
        "S: 535 5.7.8 no"
      ]
      const played = yield* Support.say(script, plan)
      const error = Support.failureOf(played)
      assert(error._tag === "AuthRejected")
      assert.deepInclude(error.payload, { status: "invalid_token", schemes: "bearer", scope: "‹secret›" })
      assert.deepStrictEqual(played.sent.slice(1), ["AUTH OAUTHBEARER ‹secret›", "AQ=="])
    }))
})

describe("the offers before and after TLS", () => {
  const session = (clear: string, after: string) => [
    "S: 220 mx.example",
    "C: EHLO *",
    "S: 250-mx.example",
    ...(clear === "" ? [] : [`S: 250-AUTH ${clear}`]),
    "S: 250 STARTTLS",
    "C: STARTTLS",
    "S: 220 go",
    "tls",
    "C: EHLO *",
    "S: 250-mx.example",
    ...(after === "" ? [] : [`S: 250-AUTH ${after}`]),
    "S: 250 SIZE"
  ]
  const plan: Support.Plan = { security: "starttls", until: "auth", credential: Support.withPassword }

  it.effect("are compared", () =>
    Effect.gen(function*() {
      const script = [...session("PLAIN CRAM-MD5", "PLAIN LOGIN"), "C: AUTH PLAIN *", "S: 235 ok"]
      assert.deepInclude(facts(yield* Support.say(script, plan)), {
        offered: ["PLAIN", "LOGIN"],
        beforeTls: { offered: ["PLAIN", "CRAM-MD5"], added: ["LOGIN"], removed: ["CRAM-MD5"] }
      })
      const usual = [...session("", "PLAIN"), "C: AUTH PLAIN *", "S: 235 ok"]
      assert.deepInclude(facts(yield* Support.say(usual, plan)), {
        beforeTls: { offered: [], added: ["PLAIN"], removed: [] }
      })
    }))

  it.effect("are told where TLS took all of it away", () =>
    Effect.gen(function*() {
      const error = Support.failureOf(yield* Support.say(session("PLAIN LOGIN", ""), plan))
      assert.strictEqual(Support.nameOf(error), "AuthUnavailable NotOffered")
      assert.include(error.message, "though it offered PLAIN, LOGIN before TLS")
    }))
})
