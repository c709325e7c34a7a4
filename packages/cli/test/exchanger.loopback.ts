/** The command against an exchanger on a socket, and what people read of it. */
import { assert, describe, it } from "@effect/vitest"
import * as NameServer from "@sonde/testkit/NameServer"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { home } from "./Home.ts"
import { sonde } from "./sonde.ts"

const hello = [
  "S: 220 mx.example ESMTP",
  "C: EHLO *",
  "S: 250-mx.example",
  "S: 250 STARTTLS",
  "C: STARTTLS",
  "S: 220 go ahead",
  "tls"
]
const bye = ["C: QUIT", "S: 221 bye", "close"]

/** Delivers to `person@home.example` at an exchanger that answers RCPT with a line and presents a certificate. */
const deliver = (reply: string, wanted: TestCa.Wanted, flags: ReadonlyArray<string> = []) =>
  Effect.gen(function*() {
    const { server } = yield* Effect.promise(TestCa.testCa)
    const mail = yield* ScriptedServer.start({
      tls: yield* Effect.promise(() => server(wanted)),
      script: [...hello, ...bye],
      later: [
        ...hello,
        "C: EHLO *",
        "S: 250 mx.example",
        "C: MAIL FROM:<>",
        "S: 250 2.1.0 ok",
        "C: RCPT TO:<person@home.example>",
        `S: ${reply}`,
        ...bye
      ]
    })
    const dns = yield* NameServer.start({
      zone: { "home.example": { mx: [[10, "mx.example"]] }, "mx.example": { a: ["192.0.2.25"] } }
    })
    const { ca, folder } = yield* home
    const left = yield* Effect.promise(() =>
      sonde([
        "check",
        "person@home.example",
        "--only",
        "mx",
        "--dns",
        dns.server,
        "--connect-to",
        `mx.example:25:127.0.0.1:${mail.port}`,
        "--ca",
        ca,
        "--state",
        folder,
        "--timeout",
        "3s",
        ...flags
      ])
    )
    const last = yield* Effect.promise(() => mail.ended(1))
    assert.isTrue(last.isComplete, last.mismatch)
    return left
  }).pipe(Effect.scoped)

describe("sonde check --only mx", () => {
  it.live("says how far it went and what that proves", () =>
    Effect.gen(function*() {
      const { code, out } = yield* deliver("250 2.1.5 ok", { dns: ["mx.example"] })
      assert.strictEqual(code, 0)
      assert.match(out, /^mx\tpass\t\d+\tmx\.example:25 TLS if offered$/m)
      assert.match(out, /^rcpt\tpass\t\d+\tto person@home\.example$/m)
      assert.include(out, "person@home.example was accepted in a dry run, which proves no more than that")
      assert.include(out, "nothing was sent")
    }))

  it.live("warns of a certificate for another name, and goes on", () =>
    Effect.gen(function*() {
      const { code, out } = yield* deliver("250 2.1.5 ok", { dns: ["other.example"], ip: [] })
      assert.strictEqual(code, 0)
      assert.match(out, /^tls\twarn\t/m)
      assert.include(out, "The certificate of mx.example does not verify")
      const strict = yield* deliver("250 2.1.5 ok", { dns: ["other.example"], ip: [] }, ["--fail-on", "warning"])
      assert.strictEqual(strict.code, 1)
    }))

  it.live("names the cause of a refusal, with the status of a recipient", () =>
    Effect.gen(function*() {
      const { code, out } = yield* deliver("550 5.1.1 <person@home.example>: User unknown", { dns: ["mx.example"] })
      assert.strictEqual(code, 67)
      assert.include(out, "recipient_unknown")
    }))
})
