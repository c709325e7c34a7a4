import { assert, describe, it } from "@effect/vitest"
import type { TokenRejected } from "@sonde/domain/Errors"
import { anything, Claims, type Wanted } from "@sonde/phases/Claims"
import * as Jwt from "@sonde/wire/jwt/Jwt"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"

const now = 1_764_230_400
const endpoint = { protocol: "http", host: "login.example", port: 443, security: "tls" } as const
const tenant = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"

const good: Jwt.Members = {
  aud: "https://outlook.office365.com/",
  iss: `https://sts.windows.net/${tenant}/`,
  nbf: now,
  exp: now + 3600,
  tid: tenant,
  oid: "0d1c0000-1111-2222-3333-444455556666",
  appid: "9fdb0000-1111-2222-3333-444455556666",
  scp: "SMTP.Send",
  upn: "Scanner@contoso.example"
}

const wanted: Wanted = {
  audiences: ["https://outlook.office.com", "https://outlook.office365.com"],
  cloud: "worldwide",
  otherClouds: [{ cloud: "gcc-high", audiences: ["https://outlook.office365.us"] }],
  scopes: ["https://outlook.office.com/SMTP.Send"],
  roles: ["SMTP.SendAsApp"],
  roleElsewhere: false,
  tenant,
  user: "scanner@contoso.example",
  delegates: false
}

const { scp: _, upn: __, ...ofNobody } = good
const application: Jwt.Members = { ...ofNobody, idtyp: "app", roles: ["SMTP.SendAsApp"] }

const read = (claims: Jwt.Members | string, uses: ReadonlyArray<Wanted> = [wanted]) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(now * 1000)
    const token = typeof claims === "string"
      ? Redacted.make(claims)
      : Jwt.toText({ header: { alg: "RS256" }, claims }, "c2lnbmF0dXJl")
    return yield* (yield* Claims).run({ service: "token", endpoint, token, wanted: uses })
  }).pipe(Effect.provide(Claims.layer))

const refused = (claims: Jwt.Members | string, uses?: ReadonlyArray<Wanted>) =>
  Effect.map(Effect.flip(read(claims, uses)), (error) => error as TokenRejected)

describe("Claims", () => {
  it.effect("tells whose the token is and for what", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* read(good), {
        format: "jwt",
        kind: "user",
        user: "Scanner@contoso.example",
        application: "9fdb0000-1111-2222-3333-444455556666",
        object: "0d1c0000-1111-2222-3333-444455556666",
        tenant,
        issuer: `https://sts.windows.net/${tenant}/`,
        audiences: ["https://outlook.office365.com/"],
        scopes: ["SMTP.Send"],
        notBefore: "2025-11-27T08:00:00Z",
        expiresAt: "2025-11-27T09:00:00Z",
        doubts: []
      })
    }))

  it.effect.each(
    [
      [
        "aud",
        { ...good, aud: "https://graph.microsoft.com" },
        "https://graph.microsoft.com",
        "https://outlook.office.com or https://outlook.office365.com"
      ],
      [
        "cloud",
        { ...good, aud: "https://outlook.office365.us" },
        "https://outlook.office365.us (cloud gcc-high)",
        "https://outlook.office.com or https://outlook.office365.com (cloud worldwide)"
      ],
      ["tid", { ...good, tid: "00000000-604b-40ac-a9d7-9fd97c0b779f" }, "00000000-604b-40ac-a9d7-9fd97c0b779f", tenant],
      ["upn", { ...good, upn: "admin@contoso.example" }, "admin@contoso.example", "scanner@contoso.example"],
      ["scp", { ...good, scp: "Mail.Send openid" }, "Mail.Send openid", "https://outlook.office.com/SMTP.Send"],
      ["scp", { ...ofNobody, upn: "scanner@contoso.example" }, "none", "https://outlook.office.com/SMTP.Send"],
      ["roles", { ...application, roles: ["IMAP.AccessAsApp"] }, "IMAP.AccessAsApp", "SMTP.SendAsApp"],
      ["exp", { ...good, exp: now }, "2025-11-27T08:00:00Z", "later than 2025-11-27T08:00:00Z"],
      ["nbf", { ...good, nbf: now + 301 }, "2025-11-27T08:05:01Z", "not later than 2025-11-27T08:00:00Z"]
    ] as const
  )("names a wrong %s with the right value beside it", ([name, claims, found, right]) =>
    Effect.gen(function*() {
      const error = yield* refused(claims)
      assert.deepStrictEqual(error.claim, { name, found, wanted: right })
      assert.strictEqual(error.error, name === "scp" || name === "roles" ? "insufficient_scope" : "invalid_token")
      assert.strictEqual(error.claims, undefined)
      assert.include(error.message, right)
    }))

  it.effect("names all that is wrong, worst first", () =>
    Effect.gen(function*() {
      const error = yield* refused({ ...good, aud: "x", scp: "", exp: 1 })
      assert.deepStrictEqual(error.claims?.map(({ name }) => name), ["aud", "scp", "exp"])
      assert.strictEqual(error.claim?.name, "aud")
    }))

  it.effect("names each claim once, with all that several services want of it and whom it stops", () =>
    Effect.gen(function*() {
      const uses: ReadonlyArray<Wanted> = [
        { ...wanted, service: "smtp-submission" },
        { ...wanted, service: "imap", scopes: ["https://outlook.office.com/IMAP.AccessAsUser.All"] },
        { ...wanted, service: "pop3", scopes: ["https://outlook.office.com/POP.AccessAsUser.All"] }
      ]
      const error = yield* refused({ ...good, scp: "POP.AccessAsUser.All", aud: "x", exp: 1 }, uses)
      const [aud, scp, exp] = error.claims ?? []
      assert.deepInclude(aud, {
        wanted: "https://outlook.office.com or https://outlook.office365.com",
        services: ["smtp-submission", "imap", "pop3"]
      })
      assert.deepStrictEqual(scp, {
        name: "scp",
        found: "POP.AccessAsUser.All",
        wanted: "https://outlook.office.com/SMTP.Send and https://outlook.office.com/IMAP.AccessAsUser.All",
        services: ["smtp-submission", "imap"]
      })
      assert.notProperty(exp, "services")
      assert.notProperty((yield* refused({ ...good, scp: "" }, uses.slice(0, 1))).claim, "services")
    }))

  it.effect("accepts the token of an application for any mailbox", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* read(application)).kind, "app")
    }))

  it.effect("leaves to the server what only it can know", () =>
    Effect.gen(function*() {
      const elsewhere = yield* read({ ...application, roles: [] }, [{ ...wanted, roleElsewhere: true }])
      assert.deepStrictEqual(elsewhere.doubts, [{ name: "roles", found: "none", wanted: "SMTP.SendAsApp" }])
      const delegate = yield* read({ ...good, upn: "boss@contoso.example" }, [{ ...wanted, delegates: true }])
      assert.deepStrictEqual(delegate.doubts.map(({ name }) => name), ["upn"])
      const guest = yield* refused({ ...good, upn: "a_b.example#EXT#@contoso.example" }, [{
        ...wanted,
        delegates: true
      }])
      assert.strictEqual(guest.claim?.name, "upn")
    }))

  it.effect("takes any name of the user, and one without its domain where names may differ", () =>
    Effect.gen(function*() {
      const names = { ...good, upn: "alias@contoso.example", email: "SCANNER@contoso.example" }
      assert.deepStrictEqual((yield* read(names)).doubts, [])
      const short = { ...ofNobody, scp: "SMTP.Send", preferred_username: "scanner" }
      assert.deepStrictEqual((yield* read(short, [{ ...wanted, delegates: true }])).doubts, [])
      assert.strictEqual((yield* refused(short)).claim?.name, "upn")
      const other = { ...ofNobody, scp: "SMTP.Send", preferred_username: "copier" }
      assert.deepStrictEqual((yield* read(other, [{ ...wanted, delegates: true }])).doubts, [
        { name: "upn", found: "copier", wanted: "scanner@contoso.example" }
      ])
    }))

  it.effect("judges nothing but time where nothing is wanted", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* read({ aud: "x", tid: "y" }, [anything])).doubts, [])
      assert.strictEqual((yield* refused({ exp: 1 }, [anything])).claim?.name, "exp")
      assert.strictEqual((yield* refused({ exp: 1 }, [])).claim?.name, "exp")
    }))

  it.effect("does not compare the name of a directory with its id", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* read(good, [{ ...wanted, tenant: "contoso.example" }])).tenant, tenant)
    }))

  it.effect("passes what only the provider can read", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* read("ya29.abc"), { format: "opaque", audiences: [], doubts: [] })
      assert.strictEqual((yield* read("eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d")).format, "encrypted")
    }))

  it.effect("refuses a broken token, and repeats none of it", () =>
    Effect.gen(function*() {
      const error = yield* refused("eyJhbGciOiJub25lIn0.c2VjcmV0.x")
      assert.strictEqual(error.claim?.name, "token")
      assert.notInclude(JSON.stringify(error), "c2VjcmV0")
    }))

  it.effect("refuses for HTTP what a header field does not take, and repeats none of it", () =>
    Effect.gen(function*() {
      const run = (token: string, bearer: boolean) =>
        Effect.flatMap(Claims, (phase) =>
          phase.run({
            service: "graph",
            endpoint: { protocol: "http", host: "graph.example", port: 443, security: "tls" },
            token: Redacted.make(token),
            wanted: [],
            bearer
          })).pipe(Effect.provide(Claims.layer))
      assert.strictEqual((yield* run("EwB4+/a~b.c_d-e==", true)).format, "opaque")
      for (
        const token of ["EwB4 Kanari", "Bearer EwB4-Kanari", "\"EwB4-Kanari\"", "EwB4ü-Kanari", "EwB4\r\nX: Kanari"]
      ) {
        assert.strictEqual((yield* run(token, false)).format, "opaque")
        const error = yield* Effect.flip(run(token, true))
        assert.strictEqual(error._tag === "TokenRejected" && error.claim?.name, "token")
        assert.notInclude(JSON.stringify(error), "Kanari")
      }
    }))

  it.effect("lets no signature into facts and errors", () =>
    Effect.gen(function*() {
      const facts = yield* read(good)
      const error = yield* refused({ ...good, exp: 1 })
      for (const text of [JSON.stringify(facts), JSON.stringify(error), error.message]) {
        assert.notInclude(text, "c2lnbmF0dXJl")
      }
    }))
})
