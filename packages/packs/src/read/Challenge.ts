/**
 * The JSON in which a server says why it refuses a token, before the reply that refuses it: base64 in an SMTP reply 334
 * or an IMAP continuation (RFC 7628 section 3.2.2; XOAUTH2 has the same form).
 *
 * @since 0.1.0
 */
import type { Candidate } from "./Candidate.ts"
import { fromBase64, latin1 } from "./Encoding.ts"
import { type Fields, find, textOf } from "./Json.ts"

// `{"` and `{ "` in base64; a JSON Web Token begins like it and has no status.
const encoded = /(?<![A-Za-z0-9+/])ey[AJ][A-Za-z0-9+/]{18,2000}={0,2}(?![A-Za-z0-9+/=._-])/gu

// Symfony tries the mechanisms in turn, those for tokens with the password.
const another = /\bAuthenticator \\?"(?!X?OAUTH)[A-Z0-9-]{1,20}\\?" returned/u

/** How many pieces of base64 are looked into. */
const maxPieces = 4

/**
 * What a JSON object of a server says of a token as a reading of its own; undefined where it has no status.
 *
 * @category decoding
 * @since 0.1.0
 */
export const refusalOf = (fields: Fields): Candidate | undefined => {
  if (textOf(fields, "status") === undefined) return undefined
  const payload = Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === "string")
  )
  return { layer: "reply", text: JSON.stringify(payload), phase: "auth", error: "AuthRejected", payload }
}

/**
 * The refusal of a token that stands as base64 in a text, whatever words a program has around it; undefined where there
 * is none, and where a password was refused beside it. The time is proportional to the text.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromChallenge = (text: string): Candidate | undefined => {
  if (!text.includes("eyJ") && !text.includes("eyA")) return undefined
  if (another.test(text)) return undefined
  let left = maxPieces
  for (const [piece] of text.matchAll(encoded)) {
    const fields = find(latin1(fromBase64(piece)))
    const refusal = fields === undefined ? undefined : refusalOf(fields)
    if (refusal !== undefined || --left === 0) return refusal
  }
  return undefined
}
