import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import { createLocalJWKSet, type JWK, jwtVerify } from "jose"
import { ask, claimsOf, login, token } from "./Https.ts"
import {
  address,
  appId,
  byPassword,
  credentials,
  exchangeScope,
  objectId,
  publicId,
  start,
  submit,
  type Switches,
  userScope
} from "./TokenWorld.ts"

describe("the token endpoint", () => {
  it.live("issues a token for client credentials that verifies against the published keys and sends", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      const answer = yield* Effect.promise(() => token(running, "t.example", credentials))
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(Object.keys(answer.body), ["token_type", "expires_in", "ext_expires_in", "access_token"])
      assert.match(String(answer.headers["cache-control"]), /no-store/)
      const metadata = yield* Effect.promise(() =>
        ask(running, `${login}/t.example/v2.0/.well-known/openid-configuration`)
      )
      const keys = yield* Effect.promise(() => ask(running, String(metadata.body["jwks_uri"])))
      const set = createLocalJWKSet({ keys: keys.body["keys"] as Array<JWK> })
      const { payload, protectedHeader } = yield* Effect.promise(() =>
        jwtVerify(String(answer.body["access_token"]), set)
      )
      assert.strictEqual(protectedHeader.alg, "RS256")
      const tid = running.applications[0]?.tenant
      assert.deepInclude(payload, {
        aud: "https://outlook.office365.com",
        iss: `https://sts.windows.net/${tid}/`,
        appid: appId,
        idtyp: "app",
        oid: objectId,
        roles: ["SMTP.SendAsApp"],
        tid,
        ver: "1.0"
      })
      assert.strictEqual(metadata.body["token_endpoint"], `${login}/${tid}/oauth2/v2.0/token`)
      assert.match(
        yield* Effect.promise(() => submit(running, address, answer.body["access_token"])),
        /^250 2\.0\.0 OK/
      )
      assert.deepStrictEqual(running.state().tokenRequests, { [appId]: { issued: 1 } })
    })))

  it.live("issues a user's token that sends, with a refresh token and an id token as asked", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      const first = yield* Effect.promise(() => token(running, "organizations", { ...byPassword, client_id: publicId }))
      // The application is for one organisation alone.
      assert.deepStrictEqual(first.body["error_codes"], [50194])
      const answer = yield* Effect.promise(() => token(running, "t.example", byPassword))
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.body["scope"], `openid ${userScope}`)
      assert.deepInclude(claimsOf(answer.body["access_token"]), {
        aud: "https://outlook.office.com",
        scp: "SMTP.Send",
        upn: address,
        idtyp: "user",
        amr: ["pwd"]
      })
      assert.deepInclude(claimsOf(answer.body["id_token"]), {
        aud: publicId,
        preferred_username: address,
        ver: "2.0"
      })
      assert.match(
        yield* Effect.promise(() => submit(running, address, answer.body["access_token"])),
        /^250 2\.0\.0 OK/
      )
      const again = yield* Effect.promise(() =>
        token(running, "t.example", {
          grant_type: "refresh_token",
          client_id: publicId,
          refresh_token: String(answer.body["refresh_token"]),
          scope: "https://graph.microsoft.com/Mail.Send"
        })
      )
      assert.strictEqual(again.status, 200)
      assert.strictEqual(claimsOf(again.body["access_token"])["aud"], "https://graph.microsoft.com")
      assert.isString(again.body["refresh_token"])
      assert.notStrictEqual(again.body["refresh_token"], answer.body["refresh_token"])
      assert.match(
        yield* Effect.promise(() => submit(running, address, again.body["access_token"])),
        /^535 5\.7\.3 Authentication unsuccessful \[/
      )
    })))

  it.live.each<[string, Switches, string, Record<string, string>, number, string, number, RegExp]>([
    [
      "the secret is wrong",
      {},
      "t.example",
      { ...credentials, client_secret: "x" },
      401,
      "invalid_client",
      7000215,
      /Invalid client secret provided\. Ensure the secret being sent in the request is the client secret value, not the client secret ID/
    ],
    [
      "the secret has expired",
      { app: { secrets: [{ value: "fake-secret", expires: "2024-01-31" }] } },
      "t.example",
      credentials,
      401,
      "invalid_client",
      7000222,
      /The provided client secret keys for app '11111111-/
    ],
    [
      "no secret is sent",
      {},
      "t.example",
      { grant_type: "client_credentials", client_id: appId, scope: exchangeScope },
      401,
      "invalid_client",
      7000216,
      /is required for the 'client_credentials' grant type/
    ],
    [
      "a public client sends a secret",
      {},
      "t.example",
      { ...byPassword, client_secret: "x" },
      401,
      "invalid_client",
      700025,
      /Client is public/
    ],
    [
      "a confidential client proves nothing",
      {},
      "t.example",
      { ...byPassword, client_id: appId },
      401,
      "invalid_client",
      7000218,
      /'client_assertion' or 'client_secret'/
    ],
    [
      "the client is unknown",
      {},
      "t.example",
      { ...credentials, client_id: "99999999-0000-4000-8000-000000000000" },
      400,
      "unauthorized_client",
      700016,
      /was not found in the directory 'T'/
    ],
    [
      "the client is of another organisation",
      {},
      "v.example",
      credentials,
      400,
      "unauthorized_client",
      700016,
      /not found in the directory 'V'/
    ],
    [
      "a client of many organisations is not installed",
      { app: { signInAudience: "AzureADMultipleOrgs" } },
      "v.example",
      credentials,
      400,
      "unauthorized_client",
      7000229,
      /missing service principal/
    ],
    [
      "the enterprise application is gone",
      { app: { servicePrincipal: false } },
      "t.example",
      credentials,
      400,
      "unauthorized_client",
      7000229,
      /missing service principal/
    ],
    [
      "the application is disabled",
      { app: { enabled: false } },
      "t.example",
      credentials,
      400,
      "unauthorized_client",
      7000112,
      /is disabled/
    ],
    [
      "the organisation is unknown",
      {},
      "nobody.example",
      credentials,
      400,
      "invalid_request",
      90002,
      /Tenant 'nobody\.example' not found/
    ],
    [
      "the organisation has no form",
      {},
      "nobody",
      credentials,
      400,
      "invalid_request",
      900023,
      /neither a valid DNS name/
    ],
    [
      "the organisation is in another cloud",
      {},
      "u.example",
      credentials,
      400,
      "invalid_request",
      90038,
      /login\.microsoftonline\.us/
    ],
    [
      "the organisation is throttled",
      { tenant: { signIn: "throttled" } },
      "t.example",
      credentials,
      429,
      "temporarily_unavailable",
      90055,
      /too many/
    ],
    [
      "the service is unavailable",
      { tenant: { signIn: "unavailable" } },
      "t.example",
      credentials,
      503,
      "temporarily_unavailable",
      90033,
      /transient/
    ],
    [
      "credentials go to /common",
      { app: { signInAudience: "AzureADMultipleOrgs" } },
      "common",
      credentials,
      400,
      "invalid_request",
      9001023,
      /not supported over the \/common/
    ],
    [
      "credentials go to /organizations",
      { app: { signInAudience: "AzureADMultipleOrgs" } },
      "organizations",
      credentials,
      400,
      "invalid_request",
      50059,
      /No tenant-identifying/
    ],
    [
      "a work application goes to /consumers",
      {},
      "consumers",
      credentials,
      400,
      "invalid_request",
      9002332,
      /Azure Active Directory users only/
    ],
    [
      "credentials ask for one scope",
      {},
      "t.example",
      { ...credentials, scope: userScope },
      400,
      "invalid_scope",
      1002012,
      /\/\.default suffixed/
    ],
    [
      "the resource does not exist",
      {},
      "t.example",
      { ...credentials, scope: "https://nowhere.example/.default" },
      400,
      "invalid_resource",
      500011,
      /named https:\/\/nowhere\.example was not found/
    ],
    [
      "the organisation has no Exchange",
      { tenant: { exchange: false } },
      "t.example",
      credentials,
      400,
      "invalid_resource",
      500011,
      /outlook\.office365\.com was not found/
    ],
    [
      "two resources are mixed",
      {},
      "t.example",
      { ...byPassword, scope: `${userScope} Mail.Send` },
      400,
      "invalid_scope",
      700022,
      /more than one resource/
    ],
    [
      "the scope is malformed",
      {},
      "t.example",
      { ...byPassword, scope: "ftp://x/y" },
      400,
      "invalid_scope",
      70011,
      /The scope ftp:\/\/x\/y is not valid/
    ],
    [
      "the scope does not exist",
      {},
      "t.example",
      { ...byPassword, scope: "https://outlook.office.com/SMTP.Sent" },
      401,
      "invalid_client",
      650053,
      /asked for scope 'SMTP\.Sent'/
    ],
    [
      "the registration lists nothing of the resource",
      { desktop: { delegated: ["Mail.Send"] } },
      "t.example",
      { ...byPassword, scope: exchangeScope },
      400,
      "invalid_resource",
      650057,
      /not listed in the requested permissions/
    ],
    [
      "consent is missing",
      { desktop: { adminConsent: false } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      65001,
      /has not consented to use the application/
    ],
    [
      "the grant is unknown",
      {},
      "t.example",
      { ...credentials, grant_type: "magic" },
      400,
      "unsupported_grant_type",
      70003,
      /'magic'/
    ],
    ["the grant is missing", {}, "t.example", { client_id: appId }, 400, "invalid_request", 900144, /'grant_type'/],
    [
      "the password is wrong",
      {},
      "t.example",
      { ...byPassword, password: "x" },
      400,
      "invalid_grant",
      50126,
      /invalid username or password/
    ],
    [
      "the user is unknown",
      {},
      "t.example",
      { ...byPassword, username: "x@t.example" },
      400,
      "invalid_grant",
      50034,
      /does not exist in the T directory/
    ],
    [
      "the user is of another organisation",
      {},
      "t.example",
      { ...byPassword, username: "v@v.example", password: "fake-v" },
      400,
      "invalid_grant",
      50020,
      /does not exist in tenant 'T'/
    ],
    [
      "the password has expired",
      { mailbox: { passwordExpired: true } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      50055,
      /password is expired/
    ],
    [
      "the account is locked",
      { mailbox: { locked: true } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      50053,
      /account is locked/
    ],
    [
      "the account is disabled",
      { mailbox: { accountEnabled: false } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      50057,
      /disabled/
    ],
    [
      "a second factor is needed",
      { mailbox: { mfa: "enforced" } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      50076,
      /must use multi-factor authentication to access '00000002-/
    ],
    [
      "Conditional Access blocks",
      { mailbox: { conditionalAccess: "blocked" } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      53003,
      /Conditional Access/
    ],
    [
      "the device is not compliant",
      { mailbox: { conditionalAccess: "device_not_compliant" } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      53000,
      /managed/
    ],
    [
      "the device is not joined",
      { mailbox: { conditionalAccess: "device_not_joined" } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      53001,
      /domain_joined/
    ],
    [
      "the application is not approved",
      { mailbox: { conditionalAccess: "app_not_approved" } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      53002,
      /approved app/
    ],
    [
      "the user is at risk",
      { mailbox: { conditionalAccess: "user_risk" } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      53011,
      /risk/
    ],
    [
      "the user is not assigned",
      { desktop: { assignmentRequired: true } },
      "t.example",
      byPassword,
      400,
      "invalid_grant",
      50105,
      /specifically granted \('assigned'\) access/
    ],
    [
      "the code is nobody's",
      {},
      "t.example",
      { grant_type: "authorization_code", client_id: publicId, code: "x", redirect_uri: "http://localhost" },
      400,
      "invalid_grant",
      70000,
      /malformed/
    ],
    [
      "the refresh token is nobody's",
      {},
      "t.example",
      { grant_type: "refresh_token", client_id: publicId, refresh_token: "x" },
      400,
      "invalid_grant",
      9002313,
      /malformed or invalid/
    ],
    [
      "the device code is nobody's",
      {},
      "t.example",
      { grant_type: "urn:ietf:params:oauth:grant-type:device_code", client_id: publicId, device_code: "x" },
      400,
      "bad_verification_code",
      70018,
      /verification code/
    ]
  ])(
    "refuses when %s",
    ([, switches, tenant, fields, status, error, code, text]) =>
      Effect.scoped(Effect.gen(function*() {
        const running = yield* start(switches)
        const answer = yield* Effect.promise(() => token(running, tenant, fields))
        assert.deepStrictEqual(
          [answer.status, answer.body["error"], answer.body["error_codes"]],
          [status, error, [code]]
        )
        assert.match(String(answer.body["error_description"]), text)
        assert.match(
          String(answer.body["error_description"]),
          new RegExp(
            `^AADSTS${code}: .* Trace ID: \\S+ Correlation ID: \\S+ Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`
          )
        )
        assert.strictEqual(answer.body["error_uri"], `https://login.microsoftonline.com/error?code=${code}`)
        assert.isUndefined(answer.body["access_token"])
      }))
  )

  it.live("takes the secret in an Authorization header, and refuses GET", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      const address = `${login}/t.example/oauth2/v2.0/token`
      const answer = yield* Effect.promise(() =>
        ask(running, address, {
          method: "POST",
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            authorization: `Basic ${Buffer.from(`${appId}:fake-secret`).toString("base64")}`
          },
          body: new URLSearchParams({ grant_type: "client_credentials", scope: exchangeScope }).toString()
        })
      )
      assert.strictEqual(answer.status, 200)
      const got = yield* Effect.promise(() => ask(running, address))
      assert.deepStrictEqual([got.status, got.body["error_codes"]], [400, [900561]])
      const json = yield* Effect.promise(() =>
        ask(running, address, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })
      )
      assert.deepStrictEqual([json.status, json.body["error_codes"]], [400, [900144]])
      const large = yield* Effect.promise(() =>
        ask(running, address, { method: "POST", body: "x".repeat(70_000) }).catch(() => undefined)
      )
      assert.isTrue(large === undefined || large.status === 413)
      const other = yield* Effect.promise(() =>
        ask(running, "https://graph.microsoft.com.example/").catch(() => undefined)
      )
      assert.isUndefined(other)
    })))
})

describe("a refresh token", () => {
  it.live.each<[World.World["mailboxes"][number]["refreshTokens"], number, RegExp]>([
    ["expired", 70008, /expired due to inactivity/],
    ["inactive", 700082, /was inactive for 90\.00:00:00/],
    ["revoked", 50173, /being revoked, a fresh auth token is needed/]
  ])("that the world calls %s gives AADSTS%i", ([refreshTokens, code, text]) =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start({ mailbox: { refreshTokens } })
      const first = yield* Effect.promise(() => token(running, "t.example", byPassword))
      const fields = {
        grant_type: "refresh_token",
        client_id: publicId,
        refresh_token: String(first.body["refresh_token"])
      }
      const answer = yield* Effect.promise(() => token(running, "t.example", fields))
      assert.deepStrictEqual([answer.status, answer.body["error"], answer.body["error_codes"]], [
        400,
        "invalid_grant",
        [code]
      ])
      assert.match(String(answer.body["error_description"]), text)
    })))

  it.live("is dead after 90 days without use, and its access token after an hour", () =>
    Effect.scoped(Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* start({}, () => now)
      const first = yield* Effect.promise(() => token(running, "t.example", byPassword))
      now += 3_599_000
      assert.match(yield* Effect.promise(() => submit(running, address, first.body["access_token"])), /^535 5\.7\.3/)
      const refresh = (given: unknown) =>
        Effect.promise(() =>
          token(running, "t.example", {
            grant_type: "refresh_token",
            client_id: publicId,
            refresh_token: String(given)
          })
        )
      const second = yield* refresh(first.body["refresh_token"])
      assert.match(yield* Effect.promise(() => submit(running, address, second.body["access_token"])), /^250 2\.0\.0/)
      now += 90 * 86_400_000
      assert.deepStrictEqual((yield* refresh(second.body["refresh_token"])).body["error_codes"], [700082])
    })))
})

describe("an issued token at the submission server", () => {
  it.live.each<[string, Switches, string, Record<string, string>, RegExp]>([
    ["no roles where consent is missing", { app: { adminConsent: false } }, address, credentials, /^535 5\.7\.3/],
    [
      "a wrong audience",
      {},
      address,
      { ...credentials, scope: "https://graph.microsoft.com/.default" },
      /^535 5\.7\.3/
    ],
    ["no service principal", { tenant: { servicePrincipals: [] } }, address, credentials, /^535 5\.7\.3/],
    ["another object id", { app: { objectId: null } }, address, credentials, /^535 5\.7\.3/],
    ["no permission on the mailbox", { mailbox: { fullAccess: [] } }, address, credentials, /^535 5\.7\.3/],
    ["another organisation", {}, "v@v.example", credentials, /^535 5\.7\.3/],
    [
      "SMTP AUTH off",
      { tenant: { smtpAuth: "off" } },
      address,
      credentials,
      /^535 5\.7\.139 .*disabled for the Tenant/
    ],
    ["a user of another mailbox", {}, "v@v.example", byPassword, /^535 5\.7\.3/]
  ])("with %s is refused", ([, switches, user, fields, text]) =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start(switches)
      const answer = yield* Effect.promise(() => token(running, "t.example", fields))
      assert.strictEqual(answer.status, 200)
      assert.match(yield* Effect.promise(() => submit(running, user, answer.body["access_token"])), text)
    })))

  it.live("is known as one of another organisation", () =>
    Effect.scoped(Effect.gen(function*() {
      const world = yield* World.decode({
        tenants: [{ name: "T", domains: ["t.example"], smtpAuth: "on" }, { name: "V", domains: ["v.example"] }],
        mailboxes: [{ address, tokens: [{ roles: ["SMTP.SendAsApp"], tenant: "v.example" }] }]
      })
      const running = yield* Simulator.start({ world })
      assert.strictEqual(running.mailboxes[0]?.behaviour, "token_wrong_tenant")
      assert.match(yield* Effect.promise(() => submit(running, address, running.mailboxes[0]?.token)), /^535 5\.7\.3/)
    })))
})
