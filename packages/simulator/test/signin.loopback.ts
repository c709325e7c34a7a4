import { assert, describe, it } from "@effect/vitest"
import type * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { createHash, randomBytes } from "node:crypto"
import { request } from "node:http"
import { type Answer, ask, claimsOf, hiddenFields, login, post, token } from "./Https.ts"
import { address, publicId, start, submit, type Switches, userScope } from "./TokenWorld.ts"

const grantType = "urn:ietf:params:oauth:grant-type:device_code"
const account = { account: address, password: "fake-m" }
const scope = `${userScope} offline_access`

const begin = async (running: Simulator.Running): Promise<Readonly<Record<string, string>>> => {
  const { body } = await post(running, `${login}/t.example/oauth2/v2.0/devicecode`, { client_id: publicId, scope })
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))
}

const poll = (running: Simulator.Running, code: Readonly<Record<string, string>>) =>
  token(running, "t.example", {
    grant_type: grantType,
    client_id: publicId,
    device_code: code["device_code"] ?? ""
  })

const outcome = ({ body, status }: Answer): string =>
  status === 200 ? "issued" : `${status} ${String(body["error"])} ${String(body["error_codes"])}`

/** Posts an answer in the person's place to the administrator's door. */
const decide = (running: Simulator.Running, decision: object): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(`${running.admin}device`, {
      method: "POST",
      headers: { "content-type": "application/json" }
    }, (response) => {
      let text = `${response.statusCode} `
      response.on("data", (part: Buffer) => (text += part.toString("utf8")))
      response.on("end", () => resolve(text.trim()))
    })
    sent.once("error", reject)
    sent.end(JSON.stringify(decision))
  })

describe("the device flow", () => {
  it.live("waits, lets a person sign in on the page, and gives the token once", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      yield* Effect.promise(async () => {
        const code = await begin(running)
        assert.deepInclude(code, { expires_in: "900", interval: "5" })
        assert.match(code["user_code"] ?? "", /^[A-HJ-NP-Z2-9]{9}$/)
        const page = code["verification_uri"] ?? ""
        assert.strictEqual(page, `https://localhost:${running.http.port}/device`)
        assert.include(code["message"] ?? "", `open the page ${page} and enter the code ${code["user_code"]}`)
        assert.strictEqual(outcome(await poll(running, code)), "400 authorization_pending 70016")
        assert.match((await ask(running, page)).text, /name="user_code"/)
        const wrong = await post(running, page, { user_code: "WRONGCODE" })
        assert.match(wrong.text, /That code didn&#39;t work|That code didn't work/)
        const next = await post(running, page, { user_code: code["user_code"] ?? "" })
        assert.match(next.text, /to continue to Desktop/)
        const refused = await post(running, page, { ...hiddenFields(next.text), ...account, password: "x" })
        assert.match(refused.text, /AADSTS50126/)
        assert.strictEqual(outcome(await poll(running, code)), "400 authorization_pending 70016")
        const done = await post(running, page, { ...hiddenFields(next.text), ...account })
        assert.match(done.text, /You have signed in to the Desktop application/)
        const answer = await poll(running, code)
        assert.strictEqual(outcome(answer), "issued")
        assert.match(await submit(running, address, answer.body["access_token"]), /^250 2\.0\.0 OK/)
        assert.strictEqual(outcome(await poll(running, code)), "400 bad_verification_code 70018")
      })
    })))

  it.live("asks for the second factor and for consent, one page after the other", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start({ mailbox: { mfa: "enforced" }, desktop: { adminConsent: false } })
      yield* Effect.promise(async () => {
        const code = await begin(running)
        const page = code["verification_uri"] ?? ""
        const factor = await post(running, page, { user_code: code["user_code"] ?? "", ...account })
        assert.match(factor.text, /needs a second factor/)
        // What was proved stays with the service: the page does not carry the password along.
        assert.notInclude(factor.text, account.password)
        const consent = await post(running, page, { ...hiddenFields(factor.text), mfa: "approve" })
        assert.match(consent.text, /<li>SMTP\.Send<\/li>/)
        await post(running, page, { ...hiddenFields(consent.text), consent: "accept" })
        const answer = await poll(running, code)
        assert.deepInclude(claimsOf(answer.body["access_token"]), { amr: ["pwd", "mfa"], scp: "SMTP.Send" })
        // A second factor once given holds for the refresh token.
        const again = await token(running, "t.example", {
          grant_type: "refresh_token",
          client_id: publicId,
          refresh_token: String(answer.body["refresh_token"])
        })
        assert.strictEqual(outcome(again), "issued")
      })
    })))

  it.live.each<[string, Switches, Record<string, string>, RegExp, string]>([
    ["the person cancels", {}, { cancel: "1" }, /declined/, "400 authorization_declined 65004"],
    [
      "the person does not consent",
      { desktop: { adminConsent: false } },
      { ...account, consent: "decline" },
      /declined/,
      "400 authorization_declined 65004"
    ],
    [
      "only administrators may consent",
      { desktop: { adminConsent: false }, tenant: { userConsent: "admin_only" } },
      account,
      /AADSTS90094/,
      "400 authorization_pending 70016"
    ],
    [
      "Conditional Access blocks",
      { mailbox: { conditionalAccess: "blocked" } },
      account,
      /AADSTS53003/,
      "400 authorization_pending 70016"
    ],
    [
      "the account is another organisation's",
      {},
      { account: "v@v.example", password: "fake-v" },
      /AADSTS50020/,
      "400 authorization_pending 70016"
    ],
    [
      "public flows are not allowed",
      { desktop: { publicClient: false } },
      account,
      /You have signed in/,
      "401 invalid_client 7000218"
    ]
  ])("ends as Microsoft's when %s", ([, switches, fields, shown, polled]) =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start(switches)
      yield* Effect.promise(async () => {
        const code = await begin(running)
        const page = code["verification_uri"] ?? ""
        const answer = await post(running, page, { user_code: code["user_code"] ?? "", ...fields })
        assert.match(answer.text, shown)
        assert.strictEqual(outcome(await poll(running, code)), polled)
      })
    })))

  it.live("ends when its time is over", () =>
    Effect.scoped(Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* start({}, () => now)
      yield* Effect.promise(async () => {
        const code = await begin(running)
        now += 900_000
        assert.strictEqual(outcome(await poll(running, code)), "400 expired_token 70020")
        const page = await post(running, code["verification_uri"] ?? "", { user_code: code["user_code"] ?? "" })
        assert.match(page.text, /That code/)
      })
    })))

  it.live("takes the administrator's answer in the person's place", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start({ mailbox: { mfa: "enforced" } })
      yield* Effect.promise(async () => {
        const code = await begin(running)
        const userCode = code["user_code"] ?? ""
        assert.match(await decide(running, { userCode, account: "x@t.example" }), /^400 AADSTS50034: /)
        assert.strictEqual(await decide(running, { userCode, account: address }), "200 approved")
        assert.strictEqual(outcome(await poll(running, code)), "issued")
        const other = await begin(running)
        assert.strictEqual(await decide(running, { userCode: other["user_code"], deny: true }), "200 denied")
        assert.strictEqual(outcome(await poll(running, other)), "400 authorization_declined 65004")
        assert.match(await decide(running, { userCode, account: address }), /^400 no device code waits/)
        assert.match(await decide(running, { account: address }), /^400 POST \{/)
      })
    })))
})

describe("the authorization code flow", () => {
  const redirectUri = "http://localhost:53682"
  const redirect = { redirectUris: ["http://localhost"] }
  const verifier = randomBytes(32).toString("base64url")
  const authorizeAddress = `${login}/t.example/oauth2/v2.0/authorize`

  const parameters = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    client_id: publicId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
    state: "s-1",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...more
  })

  const open = (running: Simulator.Running, more: Readonly<Record<string, string>> = {}) =>
    ask(running, `${authorizeAddress}?${new URLSearchParams(parameters(more)).toString()}`)

  const wayBack = ({ headers, status }: Answer): URLSearchParams => {
    assert.strictEqual(status, 302)
    const address = new URL(String(headers["location"]))
    assert.strictEqual(address.origin, redirectUri)
    return address.searchParams
  }

  const redeem = (running: Simulator.Running, code: string, more: Readonly<Record<string, string>> = {}) =>
    token(running, "t.example", {
      grant_type: "authorization_code",
      client_id: publicId,
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...more
    })

  it.live("comes back to a loopback address on any port with a code that is redeemed once, with its verifier", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start({ desktop: redirect })
      yield* Effect.promise(async () => {
        const page = await open(running, { login_hint: address })
        assert.strictEqual(page.status, 200)
        assert.include(page.text, `value="${address}"`)
        assert.match(String(page.headers["content-security-policy"]), /default-src 'none'/)
        const back = wayBack(await post(running, authorizeAddress, { ...hiddenFields(page.text), ...account }))
        assert.strictEqual(back.get("state"), "s-1")
        const code = back.get("code") ?? ""
        assert.strictEqual(
          outcome(await redeem(running, code, { code_verifier: "x".repeat(43) })),
          "400 invalid_grant 501481"
        )
        assert.strictEqual(
          outcome(await redeem(running, code, { redirect_uri: "http://localhost:1" })),
          "400 invalid_client 500112"
        )
        const answer = await redeem(running, code)
        assert.strictEqual(outcome(answer), "issued")
        assert.match(await submit(running, address, answer.body["access_token"]), /^250 2\.0\.0 OK/)
        assert.strictEqual(outcome(await redeem(running, code)), "400 invalid_grant 54005")
      })
    })))

  it.live("forgets a code after ten minutes", () =>
    Effect.scoped(Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* start({ desktop: redirect }, () => now)
      yield* Effect.promise(async () => {
        const back = wayBack(await post(running, authorizeAddress, { ...parameters(), ...account }))
        now += 600_000
        assert.strictEqual(outcome(await redeem(running, back.get("code") ?? "")), "400 invalid_grant 70008")
      })
    })))

  it.live("never goes to an address that is not registered, and writes it harmlessly into the page", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start({ desktop: redirect })
      for (
        const uri of ["https://evil.example/", "http://localhost.evil.example", "javascript:alert(1)", "\"><script>"]
      ) {
        const answer = yield* Effect.promise(() => open(running, { redirect_uri: uri }))
        assert.strictEqual(answer.status, 400)
        assert.isUndefined(answer.headers["location"])
        assert.match(answer.text, /AADSTS50011/)
        assert.notInclude(answer.text, "<script>")
      }
    })))

  it.live.each<[string, Switches, Record<string, string>, Record<string, string>, string, RegExp]>([
    ["the person cancels", {}, {}, { cancel: "1" }, "access_denied", /^AADSTS65004/],
    [
      "only administrators may consent",
      { desktop: { ...redirect, adminConsent: false }, tenant: { userConsent: "admin_only" } },
      {},
      account,
      "access_denied",
      /^AADSTS90094/
    ],
    ["no page may be shown", {}, { prompt: "none" }, {}, "login_required", /^AADSTS50058/],
    ["the scope is wrong", {}, { scope: "a b c" }, {}, "invalid_client", /^AADSTS650053/],
    ["a token is asked for", {}, { response_type: "token" }, {}, "unsupported_response_type", /^AADSTS70005/],
    [
      "Conditional Access blocks",
      { mailbox: { conditionalAccess: "blocked" } },
      {},
      account,
      "interaction_required",
      /^AADSTS53003/
    ]
  ])(
    "comes back with an error when %s",
    ([, switches, more, fields, error, description]) =>
      Effect.scoped(Effect.gen(function*() {
        const running = yield* start({ desktop: redirect, ...switches })
        const answer = yield* Effect.promise(() => post(running, authorizeAddress, { ...parameters(more), ...fields }))
        const back = wayBack(answer)
        assert.strictEqual(back.get("error"), error)
        assert.match(back.get("error_description") ?? "", description)
        assert.strictEqual(back.get("state"), "s-1")
        assert.isNull(back.get("code"))
      }))
  )
})
