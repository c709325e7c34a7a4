/** What the built-in packs say of tokens: scopes for each protocol and cloud, endpoints of each flow, and what a token must say. */
import { assert, describe, it } from "@effect/vitest"
import type { ServiceId } from "@sonde/domain/Service"
import { Packs } from "@sonde/packs/Packs"
import * as OAuth from "@sonde/pipeline/OAuth"
import * as Effect from "effect/Effect"

const use = (service: ServiceId, cloud?: string): OAuth.Use => ({
  service,
  host: "",
  tenant: undefined,
  cloud,
  user: undefined
})

const packOf = (id: string) => Effect.flatMap(Packs, (packs) => packs.get(id))

const microsoft: ReadonlyArray<
  readonly [cloud: string | undefined, login: string, outlook: string, application: string]
> = [
  [undefined, "login.microsoftonline.com", "https://outlook.office.com", "https://outlook.office365.com"],
  ["gcc-high", "login.microsoftonline.us", "https://outlook.office365.us", "https://outlook.office365.us"],
  ["dod", "login.microsoftonline.us", "https://outlook.office365.us", "https://outlook.office365.us"],
  ["china", "login.partner.microsoftonline.cn", "https://partner.outlook.cn", "https://partner.outlook.cn"]
]

describe("OAuth.issuer", () => {
  it.effect("is the host that a pack names by its address alone", () =>
    Effect.gen(function*() {
      const issuer = OAuth.issuer(yield* packOf("gmail"), use("imap"))
      assert.deepStrictEqual(issuer, { protocol: "http", host: "oauth2.googleapis.com", port: 443, security: "tls" })
      assert.isUndefined(OAuth.issuer(yield* packOf("posteo"), use("imap")))
    }).pipe(Effect.provide(Packs.layer)))
})

describe("OAuth.source", () => {
  it.effect.each(microsoft)(
    "knows all flows of Microsoft's cloud %s",
    ([cloud, login, outlook, application]) =>
      Effect.gen(function*() {
        const pack = yield* packOf("microsoft-365")
        const scopes = {
          "smtp-submission": "SMTP.Send",
          "imap": "IMAP.AccessAsUser.All",
          "pop3": "POP.AccessAsUser.All"
        }
        for (const [service, scope] of Object.entries(scopes) as ReadonlyArray<[ServiceId, string]>) {
          const person = OAuth.source(pack, use(service, cloud), "authorization-code", "contoso.example")
          assert.deepInclude(person, {
            scope: `${outlook}/${scope}`,
            tokenEndpoint: `https://${login}/contoso.example/oauth2/v2.0/token`,
            authorizationEndpoint: `https://${login}/contoso.example/oauth2/v2.0/authorize`,
            deviceEndpoint: `https://${login}/contoso.example/oauth2/v2.0/devicecode`,
            redirectUri: "http://localhost",
            offline: { scope: "offline_access", parameters: {} }
          })
          const program = OAuth.source(pack, use(service, cloud), "client-credentials", "contoso.example")
          assert.strictEqual(program.scope, `${application}/.default`)
        }
      }).pipe(Effect.provide(Packs.layer))
  )

  it.effect("asks Google for one scope, as a person and as a service account", () =>
    Effect.gen(function*() {
      const pack = yield* packOf("gmail")
      for (const kind of ["authorization-code", "service-account"] as const) {
        assert.strictEqual(OAuth.source(pack, use("imap"), kind, "x").scope, "https://mail.google.com/")
      }
      const { offline, redirectUri } = OAuth.source(pack, use("imap"), "authorization-code", "x")
      assert.deepStrictEqual(offline, { scope: undefined, parameters: { access_type: "offline", prompt: "consent" } })
      assert.strictEqual(redirectUri, "http://127.0.0.1")
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("has a sign-in page and a token endpoint with TLS wherever a pack says that people sign in", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const ids = packs.summaries.map(({ id }) => id)
      let count = 0
      for (const id of ids) {
        const pack = yield* packs.get(id)
        if (pack?.signIn?.oauth?.flows?.includes("authorization-code") !== true) continue
        count += 1
        const { authorizationEndpoint, tokenEndpoint } = OAuth.source(pack, use("imap"), "authorization-code", "x")
        assert.match(authorizationEndpoint ?? "", /^https:\/\//, id)
        assert.match(tokenEndpoint ?? "", /^https:\/\//, id)
      }
      assert.isAtLeast(count, 8)
    }).pipe(Effect.provide(Packs.layer)))
})

describe("OAuth.wanted", () => {
  it.effect("takes audience and scope from the options before those of the pack", () =>
    Effect.gen(function*() {
      const own = { ...use("imap"), user: "a@b.example", audience: "https://mail.example", scope: "openid mail" }
      assert.deepStrictEqual(OAuth.wanted(undefined, own), {
        ...OAuth.wanted(undefined, use("imap")),
        user: "a@b.example",
        delegates: true,
        audiences: ["https://mail.example"],
        scopes: ["mail"]
      })
      const pack = yield* packOf("microsoft-365")
      assert.deepStrictEqual(OAuth.wanted(pack, own), {
        ...OAuth.wanted(pack, { ...use("imap"), user: "a@b.example" }),
        audiences: ["https://mail.example"],
        otherClouds: [],
        scopes: ["mail"]
      })
      assert.strictEqual(OAuth.source(pack, own, "device-code", "x").scope, "openid mail")
      assert.strictEqual(OAuth.source(undefined, own, "client-credentials", "x").scope, "openid mail")
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("wants of a program the role of each protocol, and of a person its scope", () =>
    Effect.gen(function*() {
      const pack = yield* packOf("microsoft-365")
      const roles = { "smtp-submission": "SMTP.SendAsApp", "imap": "IMAP.AccessAsApp", "pop3": "POP.AccessAsApp" }
      for (const [service, role] of Object.entries(roles) as ReadonlyArray<[ServiceId, string]>) {
        assert.deepStrictEqual(OAuth.wanted(pack, use(service)).roles, [role])
      }
      assert.deepStrictEqual(OAuth.wanted(pack, use("pop3", "china")).scopes, [
        "https://partner.outlook.cn/POP.AccessAsUser.All"
      ])
    }).pipe(Effect.provide(Packs.layer)))
})
