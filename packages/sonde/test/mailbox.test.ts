/** A look into a mailbox for its typed result: facts as far as it went, or one of the errors that the type lists. */
import { assert, describe, it } from "@effect/vitest"
import { type Check, type MailboxFacts, type MailboxFailure, Net, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const imap = (examine: string): ReadonlyArray<string> => [
  "tls",
  "S: * OK ready",
  "C: A1 CAPABILITY",
  "S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN",
  "S: A1 OK done",
  "C: A2 AUTHENTICATE PLAIN *",
  "S: A2 OK welcome",
  "C: A3 EXAMINE INBOX",
  examine,
  "C: *LOGOUT",
  "S: * BYE bye",
  "close"
]

const world: Net.StaticWorld = {
  servers: {
    "192.0.2.25:993": imap("S: A3 OK [READ-ONLY] open"),
    "192.0.2.26:993": imap("S: A3 BAD User is authenticated but not connected."),
    "192.0.2.28:993": [
      "tls",
      "S: * OK ready",
      "C: A1 CAPABILITY",
      "S: * CAPABILITY IMAP4rev1",
      "S: A1 OK",
      "C: A2 LOGOUT",
      "S: * BYE",
      "S: A2 OK"
    ],
    "192.0.2.27:995": [
      "tls",
      "S: +OK ready",
      "C: CAPA",
      "S: +OK",
      "S: SASL PLAIN",
      "S: .",
      "C: AUTH PLAIN *",
      "S: +OK in",
      "C: STAT",
      "S: +OK 3 900",
      "C: QUIT",
      "S: +OK bye"
    ]
  }
}

const layer = Layer.provide(Sonde.layer, Net.layerStatic(world))
const secret = Redacted.make("kanarie-Pw-7")
const user = "person@example.com"

const open = (check: Check): Effect.Effect<MailboxFacts, MailboxFailure, Sonde> =>
  Effect.flatMap(Sonde, (sonde) => sonde.mailbox(check))

describe("Sonde.mailbox", () => {
  it.effect("opens INBOX by IMAP unless another service is named", () =>
    Effect.gen(function*() {
      const facts = yield* open({ target: "192.0.2.25:993", user, secret })
      assert.strictEqual(facts.service, "imap")
      assert.strictEqual(facts.select?.mailbox, "INBOX")
      const other = yield* open({ target: "192.0.2.27:995", only: ["pop3"], user, secret })
      assert.deepStrictEqual([other.service, other.stat], ["pop3", { messages: 3, octets: 900 }])
    }).pipe(Effect.provide(layer)))

  it.effect("stops before sign-in without a secret", () =>
    Effect.gen(function*() {
      const facts = yield* open({ target: "192.0.2.28:993" })
      assert.isDefined(facts.capability)
      assert.isUndefined(facts.auth)
    }).pipe(Effect.provide(layer)))

  it.effect("fails with errors that can be caught by their tags, with what was exchanged before", () =>
    open({ target: "192.0.2.26:993", user, secret }).pipe(
      Effect.catchTag("MailboxUnavailable", (error) => {
        assert.strictEqual(error.service, "imap")
        assert.isTrue(error.transcript?.some(({ text }) => text === "A3 EXAMINE INBOX"))
        assert.notInclude(JSON.stringify(error), "kanarie")
        return Effect.succeed("caught" as const)
      }),
      Effect.tap((outcome) => Effect.sync(() => assert.strictEqual(outcome, "caught"))),
      Effect.provide(layer)
    ))
})
