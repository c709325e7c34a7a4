/**
 * Reads DKIM key records (RFC 6376 section 3.6.1, RFC 8301 section 3.2, RFC 8463 section 4).
 *
 * Pure. Reads what the record says of the key and how long it is; verifies no signature.
 *
 * @since 0.1.0
 */
import type { DkimKey } from "@sonde/domain/PostureFacts"
import * as Data from "effect/Data"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Tags from "../Tags.ts"

/**
 * A record that holds no key that can be used.
 *
 * @category errors
 * @since 0.1.0
 */
export class DkimKeyError extends Data.TaggedError("DkimKeyError")<{
  readonly problem: "version" | "no-key" | "key-type" | "not-base64" | "not-a-key" | "repeated-tag"
}> {}

interface Element {
  readonly tag: number
  readonly content: Uint8Array
  readonly rest: Uint8Array
}

/** One element of DER (X.690 section 8.1), with a length of at most three octets. */
const element = (octets: Uint8Array): Element | undefined => {
  const [tag, first] = octets
  if (tag === undefined || first === undefined) return undefined
  const count = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || count > 3 || octets.length < 2 + count) return undefined
  const length = count === 0 ? first : octets.subarray(2, 2 + count).reduce((sum, octet) => sum * 256 + octet, 0)
  const start = 2 + count
  if (octets.length < start + length) return undefined
  return { tag, content: octets.subarray(start, start + length), rest: octets.subarray(start + length) }
}

const bitsOf = (integer: Uint8Array): number => {
  let start = 0
  while (integer[start] === 0) start++
  const top = integer[start]
  return top === undefined ? 0 : (integer.length - start - 1) * 8 + (32 - Math.clz32(top))
}

/** Length of the modulus of an RSAPublicKey, bare or in a SubjectPublicKeyInfo (RFC 8017 appendix A.1.1). */
const rsaBits = (octets: Uint8Array): number | undefined => {
  const outer = element(octets)
  if (outer?.tag !== 0x30) return undefined
  const first = element(outer.content)
  if (first?.tag === 0x02) {
    const exponent = element(first.rest)
    return exponent?.tag === 0x02 ? bitsOf(first.content) : undefined
  }
  const key = first?.tag === 0x30 ? element(first.rest) : undefined
  return key?.tag === 0x03 && key.content[0] === 0 ? rsaBits(key.content.subarray(1)) : undefined
}

const list = (value: string | undefined): ReadonlyArray<string> =>
  (value ?? "").split(":").map((word) => word.trim().toLowerCase()).filter((word) => word !== "")

const ed25519Octets = 32

/**
 * Reads a record. An empty `p` is a key that was revoked.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): Result.Result<DkimKey, DkimKeyError> => {
  const fail = (problem: DkimKeyError["problem"]) => Result.fail(new DkimKeyError({ problem }))
  const { tags } = Tags.fromText(text)
  // RFC 6376 section 3.2: a tag that stands twice makes the whole list invalid.
  if (new Set(tags.map(({ name }) => name)).size !== tags.length) return fail("repeated-tag")
  const value = (name: string) => Tags.valueOf(tags, name)
  // RFC 6376 section 3.6.1: the version comes first where it is given.
  if (value("v") !== undefined && (value("v") !== "DKIM1" || tags[0]?.name !== "v")) return fail("version")
  const data = value("p")?.replaceAll(/\s+/g, "")
  if (data === undefined) return fail("no-key")
  const type = (value("k") ?? "rsa").toLowerCase()
  if (type !== "rsa" && type !== "ed25519") return fail("key-type")
  const flags = list(value("t"))
  const about = {
    type,
    hashes: list(value("h")),
    services: list(value("s")),
    testing: flags.includes("y"),
    strict: flags.includes("s"),
    revoked: data === ""
  }
  if (data === "") return Result.succeed(about)
  const octets = Base64.decode(data)
  if (Result.isFailure(octets)) return fail("not-base64")
  if (type === "ed25519") {
    return octets.success.length === ed25519Octets ? Result.succeed(about) : fail("not-a-key")
  }
  const bits = rsaBits(octets.success)
  return bits === undefined || bits === 0 ? fail("not-a-key") : Result.succeed({ ...about, bits })
}
