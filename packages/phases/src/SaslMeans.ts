/**
 * What sign-in computes with: the hash functions of the mechanisms and their nonces, over WebCrypto.
 *
 * MD5, which WebCrypto does not have, is Effect's own; HMAC with it is made here (RFC 2104 section 2). Every platform that Sonde
 * runs on has the rest.
 *
 * @since 0.1.0
 */
import type { Crypto, Hash } from "@sonde/wire/sasl/Exchange"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"

/**
 * `nonce` is printable ASCII without comma, new each time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Means {
  readonly crypto: Crypto
  readonly nonce: Effect.Effect<string>
}

/** Octets of chance in a nonce, as RFC 5802 section 5 shows them: 18 make 24 characters of Base64. */
const nonceOctets = 18

const md5Block = 64

const md5 = (data: Uint8Array): Uint8Array => Digest.md5.implementation!(data)

const joined = (pad: number, key: Uint8Array, data: Uint8Array): Uint8Array => {
  const all = new Uint8Array(md5Block + data.length).fill(pad, 0, md5Block)
  key.forEach((octet, at) => {
    all[at] = octet ^ pad
  })
  all.set(data, md5Block)
  return all
}

const hmacMd5 = (key: Uint8Array, data: Uint8Array): Uint8Array => {
  const short = key.length > md5Block ? md5(key) : key
  return md5(joined(0x5c, short, md5(joined(0x36, short, data))))
}

const octetsOf: Readonly<Record<Exclude<Hash, "MD5">, number>> = { "SHA-1": 20, "SHA-256": 32 }

/** WebCrypto takes views of plain buffers alone. */
const plain = (octets: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(octets)

const make = (web: typeof globalThis.crypto): Means => ({
  crypto: {
    digest: (hash, data) => Effect.promise(() => web.subtle.digest(hash, plain(data)).then((it) => new Uint8Array(it))),
    hmac: (hash, key, data) =>
      hash === "MD5"
        ? Effect.sync(() => hmacMd5(key, data))
        : Effect.promise(() =>
          web.subtle.importKey("raw", plain(key), { name: "HMAC", hash }, false, ["sign"])
            .then((imported) => web.subtle.sign("HMAC", imported, plain(data)))
            .then((tag) => new Uint8Array(tag))
        ),
    pbkdf2: (hash, password, salt, iterations) =>
      Effect.promise(() =>
        web.subtle.importKey("raw", plain(password), "PBKDF2", false, ["deriveBits"])
          .then((key) =>
            web.subtle.deriveBits({ name: "PBKDF2", hash, salt: plain(salt), iterations }, key, 8 * octetsOf[hash])
          )
          .then((bits) => new Uint8Array(bits))
      )
  },
  nonce: Effect.sync(() => Base64.encode(web.getRandomValues(new Uint8Array(nonceOctets))))
})

/**
 * The means in force: those of the platform unless others are given.
 *
 * @category references
 * @since 0.1.0
 */
export const SaslMeans = Context.Reference<Means>("@sonde/phases/SaslMeans", {
  defaultValue: () => make(globalThis.crypto)
})
