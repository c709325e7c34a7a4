import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { ask, login, post, token } from "./Https.ts"

const nonsense = ["", "%", "%00", "x".repeat(3000), "null", "[]", "😀", "__proto__", "toString", "a b", "e30.e30.e30"]

const clientId = "6b1f0c52-0000-4000-8000-00000000a001"
const desktop = "6b1f0c52-0000-4000-8000-00000000a004"
const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/** Requests with one hole each for the nonsense. */
const requests: ReadonlyArray<Readonly<Record<string, string>>> = [
  { grant_type: "?" },
  { grant_type: "client_credentials", client_id: "?" },
  { grant_type: "client_credentials", client_id: clientId, client_secret: "?" },
  { grant_type: "client_credentials", client_id: clientId, client_secret: "fake-secret-printer-4Hs9", scope: "?" },
  {
    grant_type: "client_credentials",
    client_id: clientId,
    client_assertion_type: jwtBearer,
    client_assertion: "?",
    scope: "https://outlook.office365.com/.default"
  },
  { grant_type: "authorization_code", client_id: desktop, code: "?", redirect_uri: "?" },
  { grant_type: "refresh_token", client_id: desktop, refresh_token: "?" },
  { grant_type: "device_code", client_id: desktop, device_code: "?" },
  { grant_type: "password", client_id: desktop, username: "?", password: "?", scope: "Mail.Send" },
  { grant_type: "password", client_id: desktop, username: "app@contoso.example", password: "x", scope: "?" }
]

const filled = (request: Readonly<Record<string, string>>, value: string): Record<string, string> =>
  Object.fromEntries(Object.entries(request).map(([name, given]) => [name, given === "?" ? value : given]))

describe("nonsense", () => {
  it.live("at the token endpoint gets an error in the endpoint's own form", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      yield* Effect.promise(async () => {
        for (const request of requests) {
          for (const value of nonsense) {
            const { body, status } = await token(running, "contoso.example", filled(request, value))
            assert.include([400, 401], status, JSON.stringify(filled(request, value)))
            assert.match(String(body["error_description"]), /^AADSTS\d+: /)
          }
        }
      })
      assert.notProperty(running.state().tokenRequests[clientId] ?? {}, "issued")
    })))

  it.live("in a path, a form or a message is never the server's failure", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const presented = running.mailboxes.find((one) => one.address === "oauth-graph@contoso.example")?.token ?? ""
      const graph = "https://graph.microsoft.com/v1.0"
      yield* Effect.promise(async () => {
        for (const value of nonsense) {
          const segment = encodeURIComponent(value)
          const json = { authorization: `Bearer ${presented}`, "content-type": "application/json" }
          const answers = [
            await ask(running, `${login}/${segment}/v2.0/.well-known/openid-configuration`),
            await ask(running, `${login}/${segment}/${segment}`),
            await post(running, `${login}/contoso.example/oauth2/v2.0/authorize`, {
              client_id: desktop,
              redirect_uri: value
            }),
            await post(running, `${login}/device`, { user_code: value, ticket: value, account: value }),
            await ask(running, `${graph}/users/${segment}/sendMail`, { method: "POST", headers: json, body: value }),
            await ask(running, `${graph}/me/sendMail`, {
              method: "POST",
              headers: json,
              body: `{"message":{"from":[],"toRecipients":[null,{"emailAddress":5}],"x":${JSON.stringify(value)}}}`
            }),
            await ask(running, `${graph}/me/messages/${segment}/send`, { method: "POST", headers: json }),
            await ask(running, `https://outlook.office.com/${segment}?authtoken=${segment}`, {
              method: "PUT",
              body: value
            })
          ]
          for (const { status } of answers) assert.isBelow(status, 500, value)
        }
      })
    })))
})
