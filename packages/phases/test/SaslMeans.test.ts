import { assert, describe, it } from "@effect/vitest"
import { SaslMeans } from "@sonde/phases/SaslMeans"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Buffer } from "node:buffer"
import { createHash, createHmac, pbkdf2Sync } from "node:crypto"

const octets = (text: string) => new TextEncoder().encode(text)
const hex = (found: Uint8Array) => Buffer.from(found).toString("hex")

describe("SaslMeans", () => {
  it.effect.prop("computes what Node computes, with keys of any length", {
    key: Schema.NonEmptyString,
    data: Schema.String,
    times: Schema.Literals([1, 30, 200])
  }, ({ data, key, times }) =>
    Effect.gen(function*() {
      const { crypto } = yield* SaslMeans
      const secret = key.repeat(times)
      for (const hash of ["MD5", "SHA-1", "SHA-256"] as const) {
        const expected = createHmac(hash.replace("-", ""), octets(secret)).update(octets(data)).digest("hex")
        assert.strictEqual(hex(yield* crypto.hmac(hash, octets(secret), octets(data))), expected)
      }
    }))

  it.effect.each(["SHA-1", "SHA-256"] as const)("hashes and derives with %s", (hash) =>
    Effect.gen(function*() {
      const { crypto } = yield* SaslMeans
      const name = hash.replace("-", "")
      assert.strictEqual(hex(yield* crypto.digest(hash, octets("abc"))), createHash(name).update("abc").digest("hex"))
      const size = hash === "SHA-1" ? 20 : 32
      assert.strictEqual(
        hex(yield* crypto.pbkdf2(hash, octets("pencil"), octets("salt"), 4096)),
        pbkdf2Sync("pencil", "salt", 4096, size, name).toString("hex")
      )
    }))

  it.effect("makes nonces that are printable, without comma, and new each time", () =>
    Effect.gen(function*() {
      const { nonce } = yield* SaslMeans
      const made = yield* Effect.all(Array.from({ length: 100 }, () => nonce))
      for (const one of made) assert.match(one, /^[A-Za-z0-9+/]{24}$/)
      assert.strictEqual(new Set(made).size, 100)
    }))
})
