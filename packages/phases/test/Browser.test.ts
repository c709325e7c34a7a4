/** The authorization code flow with a browser made of data: what is asked, what comes back, and every way it can fail. */
import { assert, describe, it } from "@effect/vitest"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import * as Browser from "@sonde/phases/Browser"
import { Token } from "@sonde/phases/Token"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const authorizationEndpoint = "https://login.example/t/authorize?market=de"

interface Played {
  readonly answer?: Readonly<Record<string, string>>
  readonly strangers?: number
}

/** Goes through the flow; gives the outcome, the address that was visited, the form that was sent, and the record. */
const go = ({ answer, strangers = 0 }: Played, browser = true) =>
  Effect.gen(function*() {
    const recorder = Recorder.make({ now: () => 0, secrets: [] })
    let visited = ""
    let form = ""
    let expected: { readonly path: string; readonly state: string } | undefined
    const played: Browser.Browser = {
      port: 50_123,
      visit: ({ uri }) => Effect.sync(() => void (visited = uri)),
      back: ({ path, state }) => {
        expected = { path, state: Redacted.value(state) }
        return answer === undefined
          ? Effect.fail(new Browser.NotReturned({ strangers }))
          : Effect.succeed(
            Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, Redacted.make(value)]))
          )
      }
    }
    const result = yield* Effect.flatMap(Token, (phase) =>
      phase.run({
        way: { service: "token", pins: [], server: undefined, ca: undefined, recorder },
        grant: {
          kind: "authorization-code",
          clientId: "app",
          scope: "mail offline",
          proof: undefined,
          redirectUri: "http://127.0.0.1/back",
          user: "alice@example.test",
          parameters: { access_type: "offline" }
        },
        tokenEndpoint: "https://login.example/t/token",
        authorizationEndpoint,
        deviceEndpoint: undefined
      })).pipe(
        Effect.result,
        Effect.provideService(Browser.Visitor, browser ? played : undefined),
        Effect.provide(Layer.provide(
          Token.layer,
          Net.layerStatic({
            zone: { "login.example": { a: ["192.0.2.80"] } },
            http: {
              "login.example:443": ({ body }) => {
                form = body
                return { status: 200, body: JSON.stringify({ access_token: "canary-token", token_type: "Bearer" }) }
              }
            }
          })
        ))
      )
    return { result, visited, form, expected, text: recorder.lines().map((line) => line.text).join("\n") }
  })

const failureOf = <A, E>(result: { readonly _tag: string; readonly failure?: E; readonly success?: A }): E => {
  if (result.failure === undefined) throw new Error("it passed")
  return result.failure
}

describe("proof key", () => {
  it.effect("makes the challenge of RFC 7636 appendix B", () =>
    Effect.gen(function*() {
      const challenge = yield* Browser.challengeOf(Redacted.make("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
      assert.strictEqual(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }))

  it.effect("is new each time, of 43 unreserved characters", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* Browser.tie, yield* Browser.tie]
      for (const secret of [one.verifier, one.state, other.verifier, other.state]) {
        assert.match(Redacted.value(secret), /^[\w-]{43}$/)
      }
      const all = [one.verifier, one.state, other.verifier, other.state].map(Redacted.value)
      assert.strictEqual(new Set(all).size, 4)
    }))
})

describe("a loopback address", () => {
  it("gets the port that is listened on, unless it has one", () => {
    assert.strictEqual(Browser.redirectOf("http://127.0.0.1")?.at(5), "http://127.0.0.1:5")
    assert.strictEqual(Browser.redirectOf("http://localhost/")?.at(5), "http://localhost:5/")
    assert.strictEqual(Browser.redirectOf("http://localhost:8080/a/b")?.at(5), "http://localhost:8080/a/b")
    assert.deepInclude(Browser.redirectOf("http://localhost:8080"), { port: 8080, path: "/" })
  })

  it("is nothing else", () => {
    for (
      const uri of [
        "https://127.0.0.1/",
        "http://127.0.0.1.example/",
        "http://127.0.0.2/",
        "http://user@localhost/",
        "http://localhost:0/",
        "http://localhost:65536/",
        "http://localhost/a?b",
        "http://localhost/#f",
        "http://localhost/a b",
        ""
      ]
    ) assert.isUndefined(Browser.redirectOf(uri), uri)
  })
})

describe("the authorization code flow", () => {
  it.effect("asks for a code with a challenge, and for the token with its verifier", () =>
    Effect.gen(function*() {
      const { expected, form, result, text, visited } = yield* go({
        answer: { code: "canary-code", session_state: "x" }
      })
      assert.strictEqual(result._tag, "Success")
      const asked = new URL(visited).searchParams
      const sent = new URLSearchParams(form)
      assert.deepStrictEqual(
        Object.fromEntries([...asked].filter(([name]) => !/^(?:state|code_challenge)$/.test(name))),
        {
          market: "de",
          response_type: "code",
          client_id: "app",
          redirect_uri: "http://127.0.0.1:50123/back",
          scope: "mail offline",
          code_challenge_method: "S256",
          login_hint: "alice@example.test",
          access_type: "offline"
        }
      )
      assert.deepStrictEqual(expected, { path: "/back", state: asked.get("state") ?? "" })
      const verifier = sent.get("code_verifier") ?? ""
      assert.strictEqual(asked.get("code_challenge"), yield* Browser.challengeOf(Redacted.make(verifier)))
      assert.deepInclude(Object.fromEntries(sent), {
        grant_type: "authorization_code",
        client_id: "app",
        redirect_uri: "http://127.0.0.1:50123/back",
        code: "canary-code"
      })
      for (const secret of ["canary", verifier, asked.get("state") ?? ""]) assert.notInclude(text, secret)
      assert.include(text, "code=‹secret›")
    }))

  it.effect("names the error that the sign-in page sent back, with Microsoft's number", () =>
    Effect.gen(function*() {
      const { form, result } = yield* go({
        answer: { error: "access_denied", error_description: "AADSTS65004: User declined to consent.\r\nTrace" }
      })
      assert.deepInclude(failureOf(result), {
        _tag: "TokenRejected",
        error: "access_denied",
        providerCode: "AADSTS65004",
        description: "AADSTS65004: User declined to consent. Trace"
      })
      assert.strictEqual(form, "")
    }))

  it.effect("says that nobody came back, and that others did", () =>
    Effect.gen(function*() {
      assert.deepInclude(failureOf((yield* go({})).result), {
        _tag: "PhaseTimeout",
        afterMillis: 300_000,
        message: "no browser came back to http://127.0.0.1:50123/back within 300 s"
      })
      assert.match(failureOf((yield* go({ strangers: 2 })).result).message, /2 came without the state of this sign-in$/)
    }))

  it.effect("takes no way back without code and error", () =>
    Effect.gen(function*() {
      const { form, result } = yield* go({ answer: { hello: "there" } })
      assert.deepInclude(failureOf(result), { _tag: "ProtocolError", reason: "UnexpectedReply" })
      assert.strictEqual(form, "")
    }))

  it.effect("is not gone where there is no browser", () =>
    Effect.gen(function*() {
      const { result, visited } = yield* go({ answer: { code: "c" } }, false)
      assert.deepInclude(failureOf(result), { _tag: "TokenRejected", error: "interaction_required" })
      assert.strictEqual(visited, "")
    }))
})
