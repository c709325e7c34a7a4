import { assert, describe, it } from "@effect/vitest"
import * as Record from "@sonde/policy/dkim/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { generateKeyPairSync } from "node:crypto"

const rsa = (bits: number, type: "spki" | "pkcs1" = "spki"): string =>
  generateKeyPairSync("rsa", { modulusLength: bits }).publicKey.export({ type, format: "der" }).toString("base64")

const key = rsa(2048)
const edwards = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

const said = (text: string) =>
  Result.match(Record.fromText(text), {
    onFailure: ({ problem }) => problem,
    onSuccess: (found) =>
      [found.type, found.bits, ...(found.revoked ? ["revoked"] : []), ...(found.testing ? ["testing"] : [])].join(" ")
  })

describe("a DKIM key record", () => {
  const rows: ReadonlyArray<readonly [text: string, expected: string]> = [
    [`v=DKIM1; k=rsa; p=${key}`, "rsa 2048"],
    [`p=${key}`, "rsa 2048"],
    [`v=DKIM1; p=${rsa(1024)}`, "rsa 1024"],
    [`v=DKIM1; p=${rsa(2048, "pkcs1")}`, "rsa 2048"],
    [`v=DKIM1; t=y:s; p=${key.slice(0, 100)} ${key.slice(100)}`, "rsa 2048 testing"],
    // RFC 8463 appendix A.2.
    [`v=DKIM1; k=ed25519; p=${edwards}`, "ed25519 "],
    ["v=DKIM1; p=", "rsa  revoked"],
    ["v=DKIM1", "no-key"],
    [`v=DKIM2; p=${key}`, "version"],
    [`p=${key}; v=DKIM1`, "version"],
    [`v=DKIM1; k=dsa; p=${key}`, "key-type"],
    ["v=DKIM1; p=!!!!", "not-base64"],
    ["v=DKIM1; p=AAAA", "not-a-key"],
    [`v=DKIM1; p=${key.slice(0, 80)}`, "not-a-key"],
    [`v=DKIM1; k=ed25519; p=${key}`, "not-a-key"],
    [`v=DKIM1; p=${key}; p=${key}`, "repeated-tag"]
  ]
  it.each(rows)("%s: %s", (text, expected) => assert.strictEqual(said(text), expected))

  it("tells hashes, services and strictness", () => {
    const found = Result.getOrThrow(Record.fromText(`v=DKIM1; h=sha1 : SHA256; s=*:email; t=s; p=${key}`))
    assert.deepStrictEqual([found.hashes, found.services, found.strict], [["sha1", "sha256"], ["*", "email"], true])
  })

  it.prop("is read or refused, whatever it says", {
    text: Schema.String,
    octets: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
  }, ({ octets, text }) => {
    Record.fromText(text)
    const read = Record.fromText(`v=DKIM1; p=${Buffer.from(octets).toString("base64")}`)
    if (Result.isSuccess(read) && !read.success.revoked) assert.isAbove(read.success.bits ?? 0, 0)
  })
})
