/**
 * Checks the JSON Web Tokens clients prove themselves with (RFC 7523 section 3): signed with a registered certificate, or
 * by a foreign issuer the application trusts.
 *
 * Reading and verifying is the `jose` library's; which error comes of it is Microsoft's.
 *
 * @since 0.1.0
 */
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters
} from "jose"
import { createHash, createPublicKey, type KeyObject, X509Certificate } from "node:crypto"
import * as Aadsts from "./Aadsts.ts"
import type { LiveApplication } from "./State.ts"

/** Leeway between two clocks, seconds. */
const toleranceSeconds = 300
const algorithms = ["RS256", "PS256"]

interface Registered {
  readonly publicKey: KeyObject
  /** SHA-1 and SHA-256 of the certificate's octets; none for a bare key. */
  readonly sha1: Buffer | undefined
  readonly sha256: Buffer | undefined
  readonly validFrom: Date | undefined
  readonly validTo: Date | undefined
}

const registeredOf = (pem: string): Registered => {
  if (!pem.includes("BEGIN CERTIFICATE")) {
    const none = { sha1: undefined, sha256: undefined, validFrom: undefined, validTo: undefined }
    return { publicKey: createPublicKey(pem), ...none }
  }
  const { publicKey, raw, validFrom, validTo } = new X509Certificate(pem)
  return {
    publicKey,
    sha1: createHash("sha1").update(raw).digest(),
    sha256: createHash("sha256").update(raw).digest(),
    validFrom: new Date(validFrom),
    validTo: new Date(validTo)
  }
}

/** An assertion as it came, not yet believed. */
export interface Assertion {
  readonly text: string
  readonly header: ProtectedHeaderParameters
  readonly claims: JWTPayload
}

/** Takes an assertion apart; `undefined` when it is none. */
export const fromText = (text: string): Assertion | undefined => {
  try {
    return { text, header: decodeProtectedHeader(text), claims: decodeJwt(text) }
  } catch {
    return undefined
  }
}

const seconds = (at: number | undefined): string =>
  at === undefined ? "none" : new Date(Math.min(at, 8_640_000_000_000) * 1000).toISOString()

/** Checks signature and time; `undefined` when both hold. */
const verify = async (
  assertion: Assertion,
  key: KeyObject,
  app: Aadsts.Named,
  nowMillis: number
): Promise<Aadsts.Fault | undefined> => {
  try {
    await jwtVerify(assertion.text, key, {
      algorithms,
      clockTolerance: toleranceSeconds,
      currentDate: new Date(nowMillis),
      requiredClaims: ["exp"]
    })
    return undefined
  } catch (error) {
    const { claims } = assertion
    if (error instanceof errors.JWTExpired) return Aadsts.assertionTime(seconds(nowMillis / 1000), seconds(claims.exp))
    if (error instanceof errors.JWTClaimValidationFailed) {
      return error.claim === "nbf"
        ? Aadsts.assertionTime(seconds(nowMillis / 1000), seconds(claims.exp))
        : Aadsts.badAssertion
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) return Aadsts.badSignature(app)
    return Aadsts.badAssertion
  }
}

const audiencesOf = (claims: JWTPayload): ReadonlyArray<string> =>
  claims.aud === undefined ? [] : Array.isArray(claims.aud) ? claims.aud : [claims.aud]

const hexOf = (base64url: unknown): string =>
  typeof base64url === "string" ? Buffer.from(base64url, "base64url").toString("hex").toUpperCase() : ""

/** Checks an assertion signed with one of the application's certificates. `isAudience` knows the endpoint's names. */
export const byCertificate = async (
  application: LiveApplication,
  assertion: Assertion,
  isAudience: (audience: string) => boolean,
  nowMillis: number
): Promise<Aadsts.Fault | undefined> => {
  const { claims, header } = assertion
  if (!algorithms.includes(String(header.alg))) return Aadsts.badAssertion
  if (claims.sub?.toLowerCase() !== application.appId.toLowerCase()) return Aadsts.assertionClient
  const registered = application.certificates.map((one) => registeredOf(one.pem))
  const sha1 = hexOf(header.x5t)
  const sha256 = hexOf(header["x5t#S256"])
  const keyId = header.kid ?? ""
  const bare = registered.find((one) => one.sha1 === undefined)
  if (sha1 === "" && sha256 === "" && keyId === "" && bare === undefined) return Aadsts.assertionWithoutKey
  const shown = sha1 || sha256 || hexOf(keyId)
  const key = registered.find(({ sha1: one, sha256: other }) =>
    one !== undefined && other !== undefined &&
    (sha256 !== "" ? sha256 === other.toString("hex").toUpperCase() : [sha1, keyId.toUpperCase(), hexOf(keyId)]
      .includes(one.toString("hex").toUpperCase()))
  ) ?? bare
  if (key === undefined) return Aadsts.unknownKey(application, shown)
  const { validFrom, validTo } = key
  if (validFrom !== undefined && validTo !== undefined) {
    if (nowMillis >= validTo.getTime() || nowMillis < validFrom.getTime()) {
      return Aadsts.expiredKey(shown, validFrom.toISOString(), validTo.toISOString())
    }
  }
  const refused = await verify(assertion, key.publicKey, application, nowMillis)
  if (refused !== undefined) return refused
  return audiencesOf(claims).some(isAudience) ? undefined : Aadsts.assertionAudience
}

/** Checks an assertion of a foreign issuer against the application's federated credentials. */
export const byIssuer = async (
  application: LiveApplication,
  assertion: Assertion,
  nowMillis: number
): Promise<Aadsts.Fault | undefined> => {
  const { iss = "", sub = "" } = assertion.claims
  const audiences = audiencesOf(assertion.claims)
  const issued = application.federatedCredentials.filter((one) => one.issuer === iss)
  if (issued.length === 0) return Aadsts.federatedIssuer(iss)
  const named = issued.filter((one) => one.subject === sub)
  if (named.length === 0) {
    return issued.some((one) => one.subject.toLowerCase() === sub.toLowerCase())
      ? Aadsts.federatedSubjectCase(sub)
      : Aadsts.federatedSubject(sub)
  }
  const meant = named.find((one) => audiences.includes(one.audience))
  if (meant === undefined) return Aadsts.federatedAudience(audiences.join(" "))
  return verify(assertion, createPublicKey(meant.publicKey), application, nowMillis)
}
