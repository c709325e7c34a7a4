/**
 * Base64 as SASL exchanges carry it (RFC 4648 section 4): strict when writing, tolerant when reading a server's challenge.
 *
 * Pure. Line lengths of message bodies are in `message/Size.ts`.
 *
 * @since 0.1.0
 */
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/**
 * Text as UTF-8 in Base64, padded, in one line.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (text: string): string => Base64.encode(text)

/**
 * Octets in Base64, padded, in one line.
 *
 * @category encoding
 * @since 0.1.0
 */
export const fromOctets = (octets: Uint8Array): string => Base64.encode(octets)

/**
 * Reads a challenge as octets, as tolerant as `decode`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const octets = (text: string): Uint8Array | undefined => {
  const bare = text.replaceAll(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/").replace(/={1,3}$/, "")
  if (!/^[A-Za-z0-9+/]*$/.test(bare)) return undefined
  return Result.getOrUndefined(Base64.decode(bare.padEnd(Math.ceil(bare.length / 4) * 4, "=")))
}

/**
 * Reads a challenge. White space is ignored, missing padding is added, the URL alphabet is accepted, and octets that are not
 * UTF-8 become U+FFFD. `undefined` when it is not Base64 at all.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (text: string): string | undefined => {
  const read = octets(text)
  return read === undefined ? undefined : decoder.decode(read)
}
