/** JSON Web Tokens of issuers that tests make up: signed by RS256 (RFC 7518 section 3.3). */
import { generateKeyPairSync, sign } from "node:crypto"

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A key pair in PEM, and tokens that are signed with it. */
export const issuer = () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  return {
    publicKey: String(publicKey.export({ format: "pem", type: "spki" })),
    privateKey: String(privateKey.export({ format: "pem", type: "pkcs8" })),
    jwt: (claims: object, header: object = {}): string => {
      const text = `${segment({ alg: "RS256", typ: "JWT", ...header })}.${segment(claims)}`
      return `${text}.${sign("RSA-SHA256", Buffer.from(text), privateKey).toString("base64url")}`
    }
  }
}
