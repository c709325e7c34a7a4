/** A password that one service of a provider refused is not tried at the others where its pack says that the account would be locked. */
import { assert, describe, it } from "@effect/vitest"
import { Net, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** A server in TLS that notes whoever signs in and refuses everybody. */
const server = (told: Array<string>, name: string, greeting: string, replies: Readonly<Record<string, string>>) => ({
  script: (line: string | undefined): ReadonlyArray<string> => {
    if (line === undefined) return ["tls", greeting]
    const [tag = "", verb = ""] = name === "imap" ? line.split(" ") : ["", ...line.split(" ")]
    if (/^(?:AUTH|AUTHENTICATE|LOGIN|PASS)$/.test(verb) && line !== "AUTH") told.push(name)
    return (replies[verb] ?? "").replaceAll("TAG", tag).split("\n").filter((step) => step !== "")
  }
})

const world = (told: Array<string>): Net.StaticWorld => ({
  zone: {
    "smtp.mail.yahoo.com": { a: ["192.0.2.1"] },
    "imap.mail.yahoo.com": { a: ["192.0.2.2"] },
    "pop.mail.yahoo.com": { a: ["192.0.2.3"] }
  },
  servers: {
    "smtp.mail.yahoo.com:465": server(told, "smtp", "S: 220 smtp.mail.yahoo.com ESMTP ready", {
      EHLO: "S: 250-smtp.mail.yahoo.com\nS: 250 AUTH PLAIN LOGIN",
      AUTH: "S: 535 5.7.0 (#AUTH005) Too many bad auth attempts.",
      QUIT: "S: 221 bye\nclose"
    }),
    "imap.mail.yahoo.com:993": server(told, "imap", "S: * OK IMAP4rev1 Hello", {
      CAPABILITY: "S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\nS: TAG OK done",
      AUTHENTICATE: "S: TAG NO [AUTHENTICATIONFAILED] AUTHENTICATE Invalid credentials",
      LOGOUT: "S: * BYE bye\nS: TAG OK done\nclose"
    }),
    "pop.mail.yahoo.com:995": server(told, "pop3", "S: +OK hello", {
      CAPA: "S: +OK list\nS: USER\nS: SASL PLAIN\nS: .",
      USER: "S: +OK go on",
      PASS: "S: -ERR [AUTH] invalid",
      AUTH: "S: -ERR [AUTH] invalid",
      QUIT: "S: +OK bye\nclose"
    })
  }
})

describe("a mailbox of a provider that locks accounts", () => {
  it.live("shows a wrong password to one service alone, and says which were not tried", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const sonde = yield* Sonde
      const report = yield* sonde.check({
        target: "person@yahoo.com",
        secret: Redacted.make("kanarie & Co+7/f3"),
        timeout: "2s"
      })
      assert.lengthOf(told, 1)
      const untried = report.findings.filter(({ id }) => id === "password_not_tried").map(({ service }) => service)
      assert.lengthOf(untried, 2)
      assert.strictEqual(new Set(report.verdicts.map(({ service }) => service)).size, 1)
    }).pipe(Effect.provide(Layer.provide(Sonde.layer, Net.layerStatic(world(told)))))
  })
})
