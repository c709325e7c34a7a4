/**
 * The signing key of the simulated sign-in service and the key set it publishes: RS256 (RFC 7518 section 3.3), one RSA
 * key of 2048 bits made for each start.
 *
 * Signs only. What clients sign is checked in `Assertions.ts`.
 *
 * @since 0.1.0
 */
import { createHash, type JsonWebKey, type KeyObject, sign } from "node:crypto"

/** Signs claims as a JSON Web Token (RFC 7519) in compact form. */
export interface Signer {
  readonly sign: (claims: object) => string
  /** Members of the published set, public parts alone. */
  readonly publicKeys: ReadonlyArray<Record<string, unknown>>
}

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const signerOf = (keyId: string, publicKeys: Signer["publicKeys"], signature: (text: string) => string): Signer => ({
  publicKeys,
  sign: (claims) => {
    const text = `${segment({ typ: "JWT", alg: "RS256", x5t: keyId, kid: keyId })}.${segment(claims)}`
    return `${text}.${signature(text)}`
  }
})

const fromKeys = (privateKey: KeyObject, jwk: JsonWebKey): Signer => {
  const { e, kty, n } = jwk
  const keyId = createHash("sha1").update(String(n)).digest("base64url")
  return signerOf(
    keyId,
    [{ kty, use: "sig", kid: keyId, x5t: keyId, n, e }],
    (text) => sign("RSA-SHA256", Buffer.from(text), privateKey).toString("base64url")
  )
}

/** Makes a key pair. The work is done off the main thread. */
export const make = async (): Promise<Signer> => {
  const { generateKeyPair } = await import("node:crypto")
  return new Promise((resolve, reject) =>
    generateKeyPair("rsa", { modulusLength: 2048 }, (error, publicKey, privateKey) => {
      if (error === null) resolve(fromKeys(privateKey, publicKey.export({ format: "jwk" })))
      else reject(error)
    })
  )
}

/** A signer without a key, for a state that no server publishes: its signatures verify nowhere. */
export const none: Signer = signerOf(
  "sonde-simulator",
  [],
  (text) => createHash("sha256").update(`sonde-simulator ${text}`).digest("base64url")
)
