/**
 * How a token is obtained, and the form that is sent for it.
 *
 * RFC 6749 section 4.1, RFC 6749 section 4.4 and RFC 6749 section 6, RFC 8628 section 3.4, RFC 7523 section 2.2. Secrets are `Redacted` from end to
 * end, and masked parts of what is recorded.
 *
 * @since 0.1.0
 */
import type { Outgoing, Part } from "@sonde/net/Outgoing"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/**
 * What proves the client: a secret, a certificate with its private key, both in PEM, or a token of another issuer that stands for
 * it.
 *
 * @category models
 * @since 0.1.0
 */
export type ClientProof =
  | { readonly kind: "secret"; readonly secret: Redacted.Redacted<string> }
  | { readonly kind: "certificate"; readonly pem: Redacted.Redacted<string> }
  | { readonly kind: "assertion"; readonly assertion: Redacted.Redacted<string> }

/**
 * A way to a token. `scope` are scopes with spaces between them.
 *
 * @category models
 * @since 0.1.0
 */
export type Grant =
  & { readonly clientId: string; readonly scope: string }
  & (
    | { readonly kind: "client-credentials"; readonly proof: ClientProof }
    | {
      readonly kind: "refresh-token"
      readonly refreshToken: Redacted.Redacted<string>
      readonly proof: ClientProof | undefined
    }
    | { readonly kind: "device-code" }
    | {
      readonly kind: "service-account"
      /** The key file, JSON. */
      readonly keyFile: Redacted.Redacted<string>
      /** Whose mailbox the account is to open. */
      readonly user: string
    }
    | {
      readonly kind: "authorization-code"
      readonly proof: ClientProof | undefined
      /** A loopback address as `redirectOf` reads it, with its port or without. */
      readonly redirectUri: string
      /** Whom the sign-in page is to suggest. */
      readonly user: string
      /** What the provider wants beside, such as for a refresh token. */
      readonly parameters: Readonly<Record<string, string>>
    }
  )

/**
 * A certificate that cannot prove a client. `problem` and `remedy` are for people and hold none of it.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnusableCertificate extends Data.TaggedError("UnusableCertificate")<{
  readonly problem: string
  readonly remedy: string
}> {}

const secretMask = "‹secret›"

/** One field of a form (RFC 6749 appendix B). */
const encoded = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1)

/**
 * A form, as it is sent; secret values are masked where it is recorded.
 *
 * @category encoding
 * @since 0.1.0
 */
export const form = (fields: Readonly<Record<string, string | Redacted.Redacted<string> | undefined>>): Outgoing => {
  const out: Array<Part> = []
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const head = `${out.length === 0 ? "" : "&"}${name}=`
    if (Redacted.isRedacted(value)) {
      out.push(head, { secret: Redacted.make(encoded(Redacted.value(value))), mask: secretMask })
    } else {
      out.push(`${head}${encoded(value)}`)
    }
  }
  return out
}

const block = (pem: string, label: string): string | undefined =>
  new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem)?.[0]

const unusable = (problem: string, remedy: string) => new UnusableCertificate({ problem, remedy })

/** How long an assertion counts, in seconds. It is used at once. */
const assertionSeconds = 300

/**
 * The assertion that stands for a certificate, for one token endpoint (RFC 7523 section 3). `now` is in seconds since the epoch.
 * The header names the certificate by its SHA-256 thumbprint (RFC 7515 section 4.1.8).
 *
 * @category constructors
 * @since 0.1.0
 */
export const assertion = Effect.fnUntraced(function*(
  pem: Redacted.Redacted<string>,
  clientId: string,
  audience: string,
  now: number
): Effect.fn.Return<Redacted.Redacted<string>, UnusableCertificate> {
  const text = Redacted.value(pem)
  const certificate = block(text, "CERTIFICATE")
  const key = block(text, "PRIVATE KEY")
  if (certificate === undefined) {
    return yield* unusable("has no certificate", "put certificate and private key into one PEM file")
  }
  if (key === undefined) {
    return yield* unusable(
      "has no unencrypted private key in PKCS #8",
      "convert it with: openssl pkcs8 -topk8 -nocrypt -in KEY.pem"
    )
  }
  const jose = yield* Effect.promise(() => import("jose"))
  const sign = (algorithm: "RS256" | "ES256") =>
    Effect.tryPromise({
      try: () =>
        jose.importPKCS8(key, algorithm).then((imported) => {
          const der = Uint8Array.from(
            atob(certificate.replaceAll(/-----[A-Z ]+-----|\s/g, "")),
            (char) => char.charCodeAt(0)
          )
          return crypto.subtle.digest("SHA-256", der).then((thumbprint) =>
            new jose.SignJWT({})
              .setProtectedHeader({
                "alg": algorithm,
                "typ": "JWT",
                "x5t#S256": jose.base64url.encode(new Uint8Array(thumbprint))
              })
              .setIssuer(clientId)
              .setSubject(clientId)
              .setAudience(audience)
              .setIssuedAt(now)
              .setNotBefore(now)
              .setExpirationTime(now + assertionSeconds)
              .setJti(crypto.randomUUID())
              .sign(imported)
          )
        }),
      catch: () =>
        unusable("has a private key that cannot sign", "use an RSA key of 2048 bits or more, or one on the curve P-256")
    })
  const signed = yield* Effect.catch(sign("RS256"), () => sign("ES256"))
  return Redacted.make(signed, { label: "assertion" })
})

/**
 * The fields that prove a client, none for a public one.
 *
 * @category encoding
 * @since 0.1.0
 */
export const proofFields = Effect.fnUntraced(function*(
  proof: ClientProof | undefined,
  clientId: string,
  audience: string,
  now: number
) {
  if (proof === undefined) return {}
  if (proof.kind === "secret") return { client_secret: proof.secret }
  return {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: proof.kind === "assertion"
      ? proof.assertion
      : yield* assertion(proof.pem, clientId, audience, now)
  }
})

const secretOf = (proof: ClientProof): Redacted.Redacted<string> => {
  switch (proof.kind) {
    case "secret":
      return proof.secret
    case "certificate":
      return proof.pem
    case "assertion":
      return proof.assertion
  }
}

/**
 * The secrets of a grant, so that they are masked wherever they might come up.
 *
 * @category combinators
 * @since 0.1.0
 */
export const secretsOf = (grant: Grant): ReadonlyArray<Redacted.Redacted<string>> => {
  const proof = "proof" in grant ? grant.proof : undefined
  return [
    ...(grant.kind === "refresh-token" ? [grant.refreshToken] : []),
    ...(grant.kind === "service-account" ? [grant.keyFile] : []),
    ...(proof === undefined ? [] : [secretOf(proof)])
  ]
}
