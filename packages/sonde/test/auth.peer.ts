import { assert, layer } from "@effect/vitest"
import { type Check, Sonde } from "@sonde/sonde"
import { passwords, type Wish } from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { at, diagnose, type Door, Host, live, passed, password, type Seen, seen, suite } from "./peer.ts"

const refused = (cause: string): Seen => ({
  outcome: "fail",
  exitCode: 77,
  phase: "auth",
  error: "AuthRejected",
  cause,
  auths: 1
})

const accepted = "ehlo=2 starttls=1 auth=1 quit=1 commands=5"
const denied = "ehlo=2 starttls=1 auth=0/1 quit=1 commands=4/5"

interface Row {
  readonly title: string
  readonly options: Partial<Check>
  readonly seen: Seen
  readonly session: string
}

const wrong = Redacted.make("wonderland-7f3b")

const rows: ReadonlyArray<Row> = [
  {
    title: "signs in with PLAIN",
    options: { secret: password, auth: "plain" },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with LOGIN",
    options: { secret: password, auth: "login" },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with CRAM-MD5",
    options: { secret: password, auth: "cram-md5" },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with SCRAM-SHA-1",
    options: { secret: password, auth: "scram-sha-1" },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with SCRAM-SHA-256",
    options: { secret: password, auth: "scram-sha-256" },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with a password beyond ASCII and CRAM-MD5",
    options: { target: "carol@example.test", secret: Redacted.make(passwords["carol@example.test"]), auth: "cram-md5" },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with a password beyond ASCII and SCRAM-SHA-256",
    options: {
      target: "carol@example.test",
      secret: Redacted.make(passwords["carol@example.test"]),
      auth: "scram-sha-256"
    },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with a password beyond ASCII and PLAIN",
    options: { target: "carol@example.test", secret: Redacted.make(passwords["carol@example.test"]), auth: "plain" },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with a password beyond ASCII and LOGIN",
    options: { target: "carol@example.test", secret: Redacted.make(passwords["carol@example.test"]), auth: "login" },
    seen: passed,
    session: accepted
  },
  {
    title: "signs in for one mailbox as another user",
    options: { user: "bob@example.test", secret: Redacted.make(passwords["bob@example.test"]) },
    seen: passed,
    session: accepted
  },
  {
    title: "names a wrong password given with PLAIN",
    options: { secret: wrong, auth: "plain" },
    seen: refused("bad_credentials"),
    session: denied
  },
  {
    title: "names a wrong password given with LOGIN",
    options: { secret: wrong, auth: "login" },
    seen: refused("bad_credentials"),
    session: denied
  },
  {
    title: "names a wrong password given with CRAM-MD5",
    options: { secret: wrong, auth: "cram-md5" },
    seen: refused("bad_credentials"),
    session: denied
  },
  {
    title: "names a wrong password given with SCRAM-SHA-1",
    options: { secret: wrong, auth: "scram-sha-1" },
    seen: refused("bad_credentials"),
    session: denied
  },
  {
    title: "names a wrong password given with SCRAM-SHA-256",
    options: { secret: wrong, auth: "scram-sha-256" },
    seen: refused("bad_credentials"),
    session: denied
  },
  {
    title: "names a user who does not exist with SCRAM-SHA-256",
    options: { user: "nobody@example.test", secret: password, auth: "scram-sha-256" },
    seen: refused("bad_credentials"),
    session: denied
  },
  {
    title: "names a user who does not exist the same way, because the server does",
    options: { user: "nobody@example.test", secret: password },
    seen: refused("bad_credentials"),
    session: denied
  }
]

interface TokenRow {
  readonly title: string
  readonly claims: Wish
  readonly damage?: (token: string) => string
  readonly octets: readonly [least: number, most: number]
  readonly seen: Seen
  readonly session: string
}

const alice = { subject: "alice@example.test", lifeSeconds: 3600 }

const tokens: ReadonlyArray<TokenRow> = [
  {
    title: "signs in with a short token, which rides on the AUTH command",
    claims: alice,
    octets: [100, 350],
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with a long token, which takes a line of its own",
    claims: { ...alice, more: { groups: "g".repeat(3000) } },
    octets: [3000, 6000],
    seen: passed,
    session: accepted
  },
  {
    title: "signs in with a token of several scopes",
    claims: { ...alice, scope: "openid mail" },
    octets: [100, 350],
    seen: passed,
    session: accepted
  },
  {
    title: "reads what the server says of a token of another scope",
    claims: { ...alice, scope: "calendar" },
    octets: [100, 350],
    seen: refused("oauth_token_invalid"),
    session: denied
  },
  {
    title: "reads what the server says of a token that was cut short",
    claims: alice,
    damage: (token) => token.slice(0, -9),
    octets: [100, 350],
    seen: refused("oauth_token_invalid"),
    session: denied
  },
  {
    title: "reads what the server says of a token of somebody else",
    claims: { ...alice, subject: "bob@example.test" },
    octets: [100, 350],
    seen: refused("oauth_wrong_account"),
    session: denied
  }
]

suite("sign-in at Postfix with Dovecot", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect.each(rows)("$title", (row) =>
      Effect.gen(function*() {
        const { report, sessions } = yield* diagnose("starttls", row.options, 1)
        assert.deepStrictEqual(seen(report), row.seen)
        assert.deepStrictEqual(sessions, [row.session])
      }))

    const byMechanism = (["xoauth2", "oauthbearer"] as const).flatMap((auth) => tokens.map((row) => ({ ...row, auth })))
    it.effect.each(byMechanism)("$title: $auth", (row) =>
      Effect.gen(function*() {
        const host = yield* Host
        const token = (row.damage ?? ((text) => text))(host.token(row.claims))
        const [least, most] = row.octets
        assert.isTrue(token.length >= least && token.length <= most, `${token.length} octets`)
        const options = { token: Redacted.make(token), auth: row.auth }
        const { report, sessions } = yield* diagnose("starttls", options, 1)
        assert.deepStrictEqual(seen(report), row.seen)
        assert.deepStrictEqual(sessions, [row.session])
        const error = report.services[0]?.phases.find(({ id }) => id === "auth")?.error
        if (row.seen.outcome === "pass") {
          assert.isUndefined(error)
        } else {
          assert(error?._tag === "AuthRejected")
          assert.strictEqual(error.mechanism, row.auth.toUpperCase())
          assert.deepInclude(error.reply, { code: 535, enhanced: "5.7.8" })
          assert.include(
            error.payload,
            row.auth === "xoauth2"
              ? { status: "401", schemes: "bearer", scope: "mail" }
              : { status: "invalid_token" }
          )
          assert.isTrue(report.transcript.some(({ dir, text }) => dir === "<" && text.startsWith("334 ")))
        }
      }))

    it.effect("does not show the server a token whose life is over", () =>
      Effect.gen(function*() {
        const host = yield* Host
        const token = Redacted.make(host.token({ ...alice, lifeSeconds: -3600 }))
        const { report, sessions } = yield* diagnose("starttls", { token, auth: "xoauth2" }, 0)
        assert.deepStrictEqual(seen(report), {
          outcome: "fail",
          exitCode: 77,
          phase: "claims",
          error: "TokenRejected",
          cause: "oauth_token_expired",
          auths: 0
        })
        assert.deepStrictEqual(sessions, [])
      }))

    it.effect("takes the strongest mechanism, and says of each other one why not", () =>
      Effect.gen(function*() {
        const host = yield* Host
        const authOf = Effect.fnUntraced(function*(options: Partial<Check>) {
          const { report } = yield* diagnose("starttls", options, 0)
          return report.services[0]?.phases.find(({ id }) => id === "auth")?.facts
        })
        const offered = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"]
        const first = (name: string) => (mechanism: string) => ({ mechanism, why: `${name} comes first` })
        const unfit = (wanted: string, given: string) => (mechanism: string) => ({
          mechanism,
          why: `it wants a ${wanted}, and a ${given} was given`
        })
        assert.deepInclude(yield* authOf({ secret: password }), {
          mechanism: "SCRAM-SHA-256",
          offered,
          passedOver: [
            ...["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1"].map(first("SCRAM-SHA-256")),
            ...["XOAUTH2", "OAUTHBEARER"].map(unfit("token", "password"))
          ],
          beforeTls: { offered: [], added: offered, removed: [] }
        })
        assert.deepInclude(yield* authOf({ token: Redacted.make(host.token(alice)) }), {
          mechanism: "OAUTHBEARER",
          passedOver: [
            ...["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"].map(unfit("password", "token")),
            { mechanism: "XOAUTH2", why: "OAUTHBEARER comes first" }
          ]
        })
      }))

    it.effect.each<{ readonly door: Door; readonly secret: Redacted.Redacted<string>; readonly seen: Seen }>([
      { door: "dovecot", secret: password, seen: passed },
      { door: "dovecot", secret: wrong, seen: refused("bad_credentials") }
    ])("tells $seen.outcome at Dovecot's own submission service", (row) =>
      Effect.gen(function*() {
        const { report } = yield* diagnose(row.door, { secret: row.secret }, 0)
        assert.deepStrictEqual(seen(report), row.seen)
      }))

    it.effect("keeps the secret out of report and journal, in whatever form it was sent", () =>
      Effect.gen(function*() {
        const host = yield* Host
        const sonde = yield* Sonde
        const plain = Redacted.value(password)
        for (const auth of ["plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256"] as const) {
          const report = yield* sonde.check(at(host, "starttls", { secret: password, auth }))
          const everything = JSON.stringify([report, yield* sonde.show(report.run)])
          const sent = Buffer.from(`\0alice@example.test\0${plain}`)
          for (const form of [plain, Buffer.from(plain).toString("base64"), sent.toString("base64")]) {
            assert.notInclude(everything, form)
          }
        }
      }))
  })
})
