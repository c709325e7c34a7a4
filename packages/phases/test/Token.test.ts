/** Tokens over a network made of data: what is sent, what comes back, and every way it can fail. */
import { assert, describe, it } from "@effect/vitest"
import type { TokenRejected } from "@sonde/domain/Errors"
import { DialFailed } from "@sonde/net/Dialer"
import { HttpFailed, HttpTlsFailed } from "@sonde/net/Http"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import type { ClientProof, Grant } from "@sonde/phases/Grant"
import * as GrantForm from "@sonde/phases/Grant"
import { placeOf } from "@sonde/phases/HttpAsk"
import { Metadata } from "@sonde/phases/Metadata"
import { type Prompt, Prompter, Token } from "@sonde/phases/Token"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Jwt from "@sonde/wire/jwt/Jwt"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"

const tokenEndpoint = "https://login.example/t/token"
const deviceEndpoint = "https://login.example/t/devicecode"

const proof: ClientProof = { kind: "secret", secret: Redacted.make("kanarie & Co+7/f3") }
const selfSigned = async () => {
  const issued = await TestCa.issue({})
  const { cert, key } = TestCa.identity(issued)
  const thumbprint = new Uint8Array(await crypto.subtle.digest("SHA-256", issued.certificate.rawData))
  return { certificate: cert, key, thumbprint: Base64Url.encode(thumbprint) }
}

const client: Grant = { kind: "client-credentials", clientId: "app", scope: "https://x/.default", proof }
const device: Grant = { kind: "device-code", clientId: "app", scope: "mail" }

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}) => ({
  status,
  headers,
  body: JSON.stringify(body)
})

const good = { access_token: "canary-token", token_type: "Bearer", expires_in: 3599 }

const world = (http: Net.StaticHttp): Net.StaticWorld => ({
  zone: { "login.example": { a: ["192.0.2.80"] } },
  http: { "login.example:443": http }
})

const recorders = () => Recorder.make({ now: () => 0, secrets: [] })

const obtain = (http: Net.StaticHttp, grant: Grant = client, recorder = recorders(), zone = world(http)) =>
  Effect.flatMap(Token, (phase) =>
    phase.run({
      way: { service: "token", pins: [], server: undefined, ca: undefined, recorder },
      grant,
      tokenEndpoint,
      deviceEndpoint
    })).pipe(Effect.provide(Layer.provide(Token.layer, Net.layerStatic(zone))))

const document = (http: Net.StaticHttp) =>
  Effect.flatMap(Metadata, (phase) =>
    phase.run({
      way: { service: "token", pins: [], server: undefined, ca: undefined, recorder: recorders() },
      place: placeOf("https://login.example/.well-known/openid-configuration")!
    })).pipe(Effect.provide(Layer.provide(Metadata.layer, Net.layerStatic(world(http)))))

describe("client credentials", () => {
  it.effect("send one form, and bring a token", () => {
    const sent: Array<string> = []
    return Effect.gen(function*() {
      const { facts, token } = yield* obtain(({ body, method, path }) => {
        sent.push(`${method} ${path} ${body}`)
        return json(200, good)
      })
      assert.strictEqual(Redacted.value(token), "canary-token")
      assert.deepStrictEqual(facts, { source: "client-credentials", lifetimeSeconds: 3599, refreshable: false })
      assert.deepStrictEqual(sent, [
        "POST /t/token grant_type=client_credentials&client_id=app&scope=https%3A%2F%2Fx%2F.default"
        + "&client_secret=kanarie+%26+Co%2B7%2Ff3"
      ])
    })
  })

  it.effect("leave no secret in the record", () =>
    Effect.gen(function*() {
      const recorder = recorders()
      yield* obtain(
        () => json(200, { ...good, refresh_token: "canary-refresh", id_token: "canary-id" }),
        client,
        recorder
      )
      yield* Effect.flip(
        obtain(
          () => json(400, { error: "invalid_client", error_description: "not kanarie & Co+7/f3" }),
          client,
          recorder
        )
      )
      const text = recorder.lines().map((line) => line.text).join("\n")
      assert.include(text, "client_secret=‹secret›")
      for (const secret of ["kanarie", "canary"]) assert.notInclude(text, secret)
    }))

  it.effect("prove the client with a certificate", () =>
    Effect.gen(function*() {
      const { certificate, key, thumbprint } = yield* Effect.promise(selfSigned)
      let body = ""
      yield* obtain((request) => {
        body = request.body
        return json(200, good)
      }, { ...client, proof: { kind: "certificate", pem: Redacted.make(`${key}\n${certificate}`) } })
      const fields = new URLSearchParams(body)
      assert.strictEqual(
        fields.get("client_assertion_type"),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
      )
      const assertion = Result.getOrThrow(Jwt.fromText(Redacted.make(fields.get("client_assertion") ?? "")))
      assert.deepStrictEqual(assertion.header, { "alg": "ES256", "typ": "JWT", "x5t#S256": thumbprint })
      assert.deepStrictEqual([assertion.claims.iss, assertion.claims.sub, assertion.claims.aud, assertion.claims.exp], [
        "app",
        "app",
        tokenEndpoint,
        300
      ])
      assert.isTrue(assertion.isSigned)
    }))

  it.effect.each(
    [
      ["", "has no certificate"],
      ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "has no unencrypted private key"]
    ] as const
  )("say what is wrong with a certificate: %s", ([pem, problem]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(GrantForm.assertion(Redacted.make(pem), "app", tokenEndpoint, 0))
      assert.include(error.problem, problem)
    }))
})

describe("a refresh token", () => {
  it.effect("is sent, and replaced by what comes along", () =>
    Effect.gen(function*() {
      let body = ""
      const grant: Grant = {
        kind: "refresh-token",
        clientId: "app",
        scope: "mail",
        refreshToken: Redacted.make("old"),
        proof: undefined
      }
      const { facts, refreshToken } = yield* obtain((request) => {
        body = request.body
        return json(200, { ...good, refresh_token: "new", scope: "mail" })
      }, grant)
      assert.strictEqual(body, "grant_type=refresh_token&client_id=app&scope=mail&refresh_token=old")
      assert.strictEqual(refreshToken === undefined ? "" : Redacted.value(refreshToken), "new")
      assert.deepStrictEqual([facts.scope, facts.refreshable], ["mail", true])
    }))
})

describe("a device code", () => {
  /** Asks by device code while time passes, and gives what a person was told and when the token was asked for. */
  const byDevice = (answers: ReadonlyArray<object>, codes: object = {}) =>
    Effect.gen(function*() {
      const prompts: Array<Prompt> = []
      const asked: Array<string> = []
      let next = 0
      const fiber = yield* Effect.result(obtain(({ body, path }) => {
        if (path === "/t/devicecode") {
          return json(200, {
            device_code: "canary-device",
            user_code: "ABCD-EFGH",
            verification_uri: "https://login.example/device",
            expires_in: 60,
            interval: 5,
            ...codes
          })
        }
        asked.push(body)
        const answer = answers[Math.min(next++, answers.length - 1)] ?? {}
        return json("access_token" in answer ? 200 : 400, answer)
      }, device)).pipe(
        Effect.provideService(Prompter, (prompt) => Effect.sync(() => void prompts.push(prompt))),
        Effect.forkChild({ startImmediately: true })
      )
      let seconds = 0
      while (fiber.pollUnsafe() === undefined && seconds < 600) {
        yield* TestClock.adjust("1 second")
        seconds++
      }
      return { result: yield* Fiber.join(fiber), prompts, asked, seconds }
    })

  it.effect("tells a person what to do, and waits in the rhythm of the issuer", () =>
    Effect.gen(function*() {
      const { asked, prompts, result, seconds } = yield* byDevice([
        { error: "authorization_pending" },
        { error: "slow_down" },
        good
      ])
      assert.isTrue(Result.isSuccess(result))
      assert.deepStrictEqual(prompts, [
        { uri: "https://login.example/device", code: "ABCD-EFGH", expiresAtMillis: 60_000 }
      ])
      assert.strictEqual(seconds, 20)
      assert.include(asked[0], "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=app")
    }))

  it.effect("ends when the code has, and when somebody refuses", () =>
    Effect.gen(function*() {
      const late = yield* byDevice([{ error: "authorization_pending" }])
      assert.strictEqual(late.seconds, 60)
      const refused = yield* byDevice([{ error: "access_denied" }])
      const error = Result.getOrThrow(Result.flip(refused.result)) as TokenRejected
      assert.deepStrictEqual([error.error, refused.seconds], ["access_denied", 5])
    }))

  it.effect("takes the name Google has for the place to go", () =>
    Effect.gen(function*() {
      const { prompts } = yield* byDevice([good], {
        verification_uri: undefined,
        verification_url: "https://g.example/d"
      })
      assert.strictEqual(prompts[0]?.uri, "https://g.example/d")
    }))
})

describe("a token that is refused", () => {
  it.effect("names the error, Microsoft's number and the id for support", () =>
    Effect.gen(function*() {
      const error = (yield* Effect.flip(obtain(() =>
        json(401, {
          error: "invalid_client",
          error_description: "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1",
          error_codes: [7000215],
          correlation_id: "0b8f4a6e-6f7e-4d2c-9d0b-7c5a4e3b2a10"
        })
      ))) as TokenRejected
      assert.deepStrictEqual(
        [error._tag, error.phase, error.error, error.providerCode, error.correlationId, error.description],
        [
          "TokenRejected",
          "token",
          "invalid_client",
          "AADSTS7000215",
          "0b8f4a6e-6f7e-4d2c-9d0b-7c5a4e3b2a10",
          "AADSTS7000215: Invalid client secret provided. Trace ID: 1"
        ]
      )
    }))

  it.effect.each(
    [
      ["a throttle", json(429, {}, { "retry-after": "17" }), "Throttled"],
      ["a broken service", json(503, {}), "TemporaryFailure"],
      ["a page for people", { status: 200, body: "<html>" }, "ProtocolError"],
      ["a redirect", { status: 302, body: "" }, "ProtocolError"],
      ["an error without a name", json(400, { message: "no" }), "ProtocolError"],
      ["a token that is none", json(200, { access_token: 1 }), "ProtocolError"],
      ["a token with a line end in it", json(200, { access_token: "a\r\nb" }), "ProtocolError"]
    ] as const
  )("is told from %s", ([, answer, tag]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(obtain(() => answer))
      assert.strictEqual(error._tag, tag)
      if (error._tag === "Throttled") assert.strictEqual(error.retryAfterMillis, 17_000)
    }))
})

describe("the way there", () => {
  const failures: ReadonlyArray<readonly [string, Net.StaticHttp, string]> = [
    ["nobody listens", new DialFailed({ reason: "Refused", attempts: [] }), "ConnectError Refused"],
    [
      "the certificate is no good",
      new HttpTlsFailed({ conditions: ["CertificateExpired"], chain: [] }),
      "TlsError CertificateExpired"
    ],
    ["the connection ends", new HttpFailed({ reason: "Closed", bytes: 3 }), "ConnectionLost Closed"],
    ["nothing comes", new HttpFailed({ reason: "Timeout", bytes: 0 }), "PhaseTimeout"],
    ["too much comes", new HttpFailed({ reason: "TooLong", bytes: 9 }), "ProtocolError ReplyTooLong"],
    ["something else comes", new HttpFailed({ reason: "Malformed", bytes: 9 }), "ProtocolError MalformedReply"]
  ]
  it.effect.each(failures)("fails by its typed error where %s", ([, failure, wanted]) =>
    Effect.gen(function*() {
      for (const error of [yield* Effect.flip(obtain(failure)), yield* Effect.flip(document(failure))]) {
        assert.strictEqual("reason" in error ? `${error._tag} ${error.reason}` : error._tag, wanted)
      }
    }))

  it.effect("fails by its typed error where the name does not exist", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        obtain(() => json(200, good), client, recorders(), { zone: {}, http: {} })
      )
      assert.strictEqual(error._tag === "ResolveError" && error.reason, "NoSuchName")
    }))

  it("has a place only with TLS", () => {
    assert.deepStrictEqual(placeOf("https://a.example:8443/b?c=d"), {
      endpoint: { protocol: "http", host: "a.example", port: 8443, security: "tls" },
      path: "/b?c=d"
    })
    for (const url of ["http://a.example/", "https://user@a.example/", "a.example", ""]) {
      assert.strictEqual(placeOf(url), undefined, url)
    }
  })
})

describe("Metadata", () => {
  const published = { issuer: "https://login.example/t", token_endpoint: tokenEndpoint }

  it.effect("reads issuer and endpoints", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* document(() =>
          json(200, { ...published, device_authorization_endpoint: deviceEndpoint, grant_types_supported: ["x", 1] })
        ),
        { issuer: published.issuer, tokenEndpoint, deviceEndpoint, grantTypes: ["x"] }
      )
    }))

  it.effect.each(
    [
      ["not there", json(404, published), "UnexpectedReply"],
      ["no JSON", { status: 200, body: "<html>" }, "UnexpectedReply"],
      ["without a token endpoint", json(200, { issuer: "x" }), "MalformedReply"],
      [
        "with an endpoint in clear",
        json(200, { ...published, token_endpoint: "http://login.example/" }),
        "MalformedReply"
      ]
    ] as const
  )("refuses a document that is %s", ([, answer, reason]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(document(() => answer))
      assert.strictEqual(error._tag === "ProtocolError" && error.reason, reason)
    }))
})
