import { assert, describe, it } from "@effect/vitest"
import * as AccessClaims from "@sonde/wire/jwt/AccessClaims"
import type { Members } from "@sonde/wire/jwt/Jwt"
import * as Schema from "effect/Schema"

const user: Members = {
  aud: "https://outlook.office.com",
  iss: "https://sts.windows.net/6babcaad-604b-40ac-a9d7-9fd97c0b779f/",
  iat: 1764230400,
  nbf: 1764230400,
  exp: 1764234300,
  appid: "9fdb0000-1111-2222-3333-444455556666",
  oid: "0d1c0000-1111-2222-3333-444455556666",
  scp: "IMAP.AccessAsUser.All SMTP.Send",
  sub: "xyz",
  tid: "6babcaad-604b-40ac-a9d7-9fd97c0b779f",
  upn: "scanner@contoso.example"
}

describe("AccessClaims", () => {
  it("reads the token of a user", () => {
    assert.deepStrictEqual(AccessClaims.fromClaims(user), {
      issuer: "https://sts.windows.net/6babcaad-604b-40ac-a9d7-9fd97c0b779f/",
      audiences: ["https://outlook.office.com"],
      scopes: ["IMAP.AccessAsUser.All", "SMTP.Send"],
      roles: undefined,
      tenant: "6babcaad-604b-40ac-a9d7-9fd97c0b779f",
      application: "9fdb0000-1111-2222-3333-444455556666",
      object: "0d1c0000-1111-2222-3333-444455556666",
      subject: "xyz",
      kind: "user",
      user: "scanner@contoso.example",
      names: ["scanner@contoso.example"],
      issuedAt: 1764230400,
      notBefore: 1764230400,
      expiresAt: 1764234300
    })
  })

  const kinds: ReadonlyArray<readonly [string, Members, AccessClaims.AccessClaims["kind"]]> = [
    ["idtyp app", { idtyp: "app" }, "app"],
    ["a subject that is the object id, without scopes", { sub: "o", oid: "o", roles: ["SMTP.SendAsApp"] }, "app"],
    ["a subject that is the client", { sub: "c", client_id: "c" }, "app"],
    ["a name", { preferred_username: "a@b.example" }, "user"],
    ["a subject that is an address", { sub: "a@b.example" }, "user"],
    ["an address that is the client", { sub: "a@b.example", client_id: "a@b.example" }, "app"],
    ["scopes and an object id", { scp: "SMTP.Send", oid: "o", sub: "s" }, "user"],
    ["nothing of the kind", { aud: "x" }, undefined]
  ]
  for (const [what, claims, kind] of kinds) {
    it(`takes ${what} for ${kind ?? "neither user nor application"}`, () => {
      assert.strictEqual(AccessClaims.fromClaims(claims).kind, kind)
    })
  }

  it("tells an empty claim from an absent one, and reads lists as well as words", () => {
    assert.deepStrictEqual(AccessClaims.fromClaims({ roles: [], scope: ["a", "b"], aud: ["x", "y"] }), {
      ...AccessClaims.fromClaims({}),
      audiences: ["x", "y"],
      roles: [],
      scopes: ["a", "b"]
    })
  })

  it("collects all names of a user, and takes the first", () => {
    const { names, user: name } = AccessClaims.fromClaims({
      sub: "a@b.example",
      email: "a@b.example",
      preferred_username: "a"
    })
    assert.deepStrictEqual([name, names], ["a", ["a", "a@b.example"]])
    assert.deepStrictEqual(AccessClaims.fromClaims({ sub: "248289761001" }).names, [])
  })

  it("takes a claim of the wrong type for absent", () => {
    assert.deepStrictEqual(
      AccessClaims.fromClaims({ aud: 1, iss: {}, exp: "tomorrow", nbf: 1e300, scp: null, upn: "" }),
      AccessClaims.fromClaims({})
    )
  })

  it.prop(
    "reads any claims, and never throws",
    { claims: Schema.Record(Schema.String, Schema.String) },
    ({ claims }) => {
      assert.isArray(AccessClaims.fromClaims(claims).audiences)
    }
  )
})
