import { assert, describe, it } from "@effect/vitest"
import type * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { exportSPKI, generateKeyPair, SignJWT } from "jose"
import { createHash, type webcrypto } from "node:crypto"
import { login, token } from "./Https.ts"
import { appId, exchangeScope, publicId, start } from "./TokenWorld.ts"

describe("private_key_jwt", () => {
  const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
  const audience = `${login}/t.example/oauth2/v2.0/token`
  const keys = generateKeyPair("RS256", { extractable: true })

  const fields = (assertion: string) => ({
    grant_type: "client_credentials",
    client_id: appId,
    client_assertion_type: type,
    client_assertion: assertion,
    scope: exchangeScope
  })

  const outcome = (running: Simulator.Running, assertion: string) =>
    Effect.map(
      Effect.promise(() => token(running, "t.example", fields(assertion))),
      ({ body, status }) =>
        status === 200 ? "issued" : `${status} ${String(body["error"])} ${String(body["error_codes"])}`
    )

  const signed = async (
    claims: object,
    options: { readonly key?: webcrypto.CryptoKey; readonly header?: object } = {}
  ) => {
    const { privateKey } = await keys
    return new SignJWT({ iss: appId, sub: appId, aud: audience, jti: "1", ...claims })
      .setProtectedHeader({ alg: "RS256", ...options.header })
      .setIssuedAt()
      .setExpirationTime("5 minutes")
      .sign(options.key ?? privateKey)
  }

  it.live("signs an application in with its registered key, and says what is wrong otherwise", () =>
    Effect.scoped(Effect.gen(function*() {
      const { publicKey } = yield* Effect.promise(() => keys)
      const pem = yield* Effect.promise(() => exportSPKI(publicKey))
      const running = yield* start({ app: { certificates: [{ pem }], secrets: [] } })
      const other = yield* Effect.promise(() => generateKeyPair("RS256"))
      const try_ = (claims: object, options = {}) =>
        Effect.flatMap(Effect.promise(() => signed(claims, options)), (assertion) => outcome(running, assertion))
      assert.strictEqual(yield* try_({}), "issued")
      assert.strictEqual(yield* try_({}, { key: other.privateKey }), "401 invalid_client 700027")
      assert.strictEqual(yield* try_({ aud: `${login}/v.example/oauth2/v2.0/token` }), "401 invalid_client 700023")
      assert.strictEqual(yield* try_({ sub: publicId }), "401 invalid_client 700021")
      assert.strictEqual(yield* outcome(running, "no.jwt"), "400 invalid_request 50027")
      const { privateKey } = yield* Effect.promise(() => keys)
      const old = yield* Effect.promise(() =>
        new SignJWT({ iss: appId, sub: appId, aud: audience }).setProtectedHeader({ alg: "RS256" })
          .setExpirationTime(1_700_000_000).sign(privateKey)
      )
      assert.strictEqual(yield* outcome(running, old), "401 invalid_client 700024")
      // RFC 7518 section 3.6: a token without a signature proves nothing.
      const none = `${Buffer.from("{\"alg\":\"none\"}").toString("base64url")}.${old.split(".")[1]}.`
      assert.strictEqual(yield* outcome(running, none), "400 invalid_request 50027")
    })))

  it.live("finds a certificate by its thumbprint and knows when it has ended", () =>
    Effect.scoped(Effect.gen(function*() {
      const { certificate, privateKey } = yield* Effect.promise(() => makeCertificate())
      const thumbprint = (algorithm: string) => createHash(algorithm).update(certificate.raw).digest("base64url")
      const sign = (header: object) => Effect.promise(() => signed({}, { key: privateKey, header }))
      const app = { certificates: [{ pem: certificate.pem }], secrets: [] }
      const running = yield* start({ app })
      assert.strictEqual(yield* outcome(running, yield* sign({ x5t: thumbprint("sha1") })), "issued")
      assert.strictEqual(yield* outcome(running, yield* sign({ "x5t#S256": thumbprint("sha256") })), "issued")
      assert.strictEqual(yield* outcome(running, yield* sign({})), "401 invalid_client 5002723")
      assert.strictEqual(yield* outcome(running, yield* sign({ x5t: thumbprint("md5") })), "401 invalid_client 700027")
      const later = yield* start({ app }, () => Date.now() + 40 * 86_400_000)
      const answer = yield* Effect.promise(async () =>
        token(later, "t.example", fields(await signed({}, { key: privateKey, header: { x5t: thumbprint("sha1") } })))
      )
      assert.match(String(answer.body["error_description"]), /AADSTS700027: .*The key used is expired/)
    })))

  it.live("trusts a foreign issuer for exactly the subject and audience registered", () =>
    Effect.scoped(Effect.gen(function*() {
      const { publicKey } = yield* Effect.promise(() => keys)
      const pem = yield* Effect.promise(() => exportSPKI(publicKey))
      const known = { iss: "https://ci.example", sub: "repo:a/b:ref:main", aud: "api://AzureADTokenExchange" }
      const running = yield* start({
        app: {
          secrets: [],
          federatedCredentials: [{ issuer: known.iss, subject: known.sub, publicKey: pem }]
        }
      })
      const try_ = (claims: object) =>
        Effect.flatMap(
          Effect.promise(() => signed({ ...known, ...claims })),
          (assertion) => outcome(running, assertion)
        )
      assert.strictEqual(yield* try_({}), "issued")
      assert.strictEqual(yield* try_({ iss: "https://other.example" }), "401 invalid_client 700211")
      assert.strictEqual(yield* try_({ aud: "other" }), "401 invalid_client 700212")
      assert.strictEqual(yield* try_({ sub: "repo:a/b:ref:dev" }), "401 invalid_client 700213")
      assert.strictEqual(yield* try_({ sub: known.sub.toUpperCase() }), "401 invalid_client 7002138")
    })))
})

/** A certificate of its own making, valid for 30 days. */
const makeCertificate = async () => {
  await import("reflect-metadata")
  const x509 = await import("@peculiar/x509")
  const keys = await generateKeyPair("RS256", { extractable: true })
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=daemon",
    keys,
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 30 * 86_400_000),
    signingAlgorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
  })
  return { certificate: { pem: made.toString("pem"), raw: Buffer.from(made.rawData) }, privateKey: keys.privateKey }
}
