import { assert, describe, it } from "@effect/vitest"
import * as SieveSimulator from "@sonde/simulator/SieveSimulator"
import * as Effect from "effect/Effect"
import { base64 } from "./Client.ts"
import { Reader } from "./Reader.ts"

const accounts = [{ user: "a", password: "fake-a", scripts: { main: "keep;" }, active: "main" }]
const last = /(?:^|\r\n)(?:OK|NO|BYE)[^\r\n]*\r\n$/

const opened = async (running: SieveSimulator.Running): Promise<Reader> => {
  const reader = await Reader.clear(running.port)
  assert.match(await reader.until(last), /"STARTTLS"\r\n[^]*OK "Dovecot ready\."\r\n$/)
  assert.strictEqual(await reader.pop("STARTTLS"), "OK \"Begin TLS negotiation now.\"\r\n")
  await reader.upgrade(running.caPem, "sieve.simulated.example")
  assert.match(await reader.until(last), /"SASL" "PLAIN LOGIN"\r\n[^]*OK "TLS negotiation successful\."\r\n$/)
  return reader
}

const authenticate = (password: string) => `AUTHENTICATE "PLAIN" "${base64(`\u0000a\u0000${password}`)}"`

describe("SieveSimulator", () => {
  it.live("signs in after STARTTLS, lists scripts, and counts the attempts", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* SieveSimulator.start({ accounts })
      yield* Effect.promise(async () => {
        const reader = await opened(running)
        assert.strictEqual(await reader.pop(authenticate("wrong")), "NO \"Authentication failed.\"\r\n")
        assert.strictEqual(await reader.pop(authenticate("fake-a")), "OK \"Logged in.\"\r\n")
        reader.write("LISTSCRIPTS\r\n")
        assert.strictEqual(await reader.until(last), "\"main\" ACTIVE\r\nOK \"Listscripts completed.\"\r\n")
        assert.strictEqual(await reader.pop("LOGOUT"), "OK \"Logout completed.\"\r\n")
      })
      assert.deepStrictEqual(running.signIns(), { a: 2 })
    })))

  it.live("sends to another server, offers no TLS, or lets go who is silent, as it is started", () =>
    Effect.scoped(Effect.gen(function*() {
      const referring = yield* SieveSimulator.start({ accounts, referral: "sieve://other.example" })
      const clear = yield* SieveSimulator.start({ accounts, startTls: false, idleMillis: 2000 })
      yield* Effect.promise(async () => {
        const sent = await opened(referring)
        assert.match(await sent.pop(authenticate("fake-a")), /^BYE \(REFERRAL "sieve:\/\/other\.example"\) /)
        const reader = await Reader.clear(clear.port)
        assert.notInclude(await reader.until(last), "STARTTLS")
        assert.match(await reader.pop("STARTTLS"), /^NO /)
        assert.match(await reader.pop(authenticate("fake-a")), /^NO \(ENCRYPT-NEEDED\) /)
        assert.strictEqual(await reader.line(), "BYE \"Disconnected for inactivity.\"\r\n")
      })
    })))
})
