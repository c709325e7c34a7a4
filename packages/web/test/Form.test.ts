import { assert, describe, it } from "@effect/vitest"
import { AuthChoice, CheckOptions } from "@sonde/domain/Options"
import { PhaseId, Security } from "@sonde/domain/Service"
import { StartRun } from "@sonde/http-api/RunsApi"
import type { SignIn } from "@sonde/web/Elsewhere"
import * as Form from "@sonde/web/Form"
import * as Secrets from "@sonde/web/Secrets"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const fields = (given: Partial<Form.Fields>): Form.Fields => ({ ...Form.empty, target: "a@b.example", ...given })

describe("options", () => {
  it("leave out what was not given", () => {
    assert.deepStrictEqual(Form.options(fields({ target: " a@b.example " })), { target: "a@b.example" })
  })

  it("carry what names an application only where a code on another device is asked for", () => {
    const given = { clientId: " id ", tenant: "b.example", cloud: "" }
    assert.deepStrictEqual(Form.options(fields(given)), { target: "a@b.example" })
    assert.deepStrictEqual(Form.options(fields({ ...given, signIn: "device" })), {
      target: "a@b.example",
      clientId: "id",
      tenant: "b.example"
    })
  })

  it("carry every field to the option of its name", () => {
    const options = Form.options(fields({
      host: " smtp.b.example ",
      port: "587",
      security: "starttls",
      provider: "p",
      user: "u",
      from: "f@b.example",
      to: "x@b.example, y@b.example\nz@b.example",
      ehlo: "client.example",
      until: "rcpt",
      auth: "plain",
      ca: "-----BEGIN CERTIFICATE-----",
      connectTo: "a:1:127.0.0.1:2",
      dns: "127.0.0.1:53",
      deliver: true,
      timeout: "10s",
      deadline: "60s"
    }))
    assert.deepStrictEqual(options, {
      target: "a@b.example",
      host: "smtp.b.example",
      port: 587,
      security: "starttls",
      provider: "p",
      user: "u",
      from: "f@b.example",
      to: ["x@b.example", "y@b.example", "z@b.example"],
      ehlo: "client.example",
      until: "rcpt",
      auth: "plain",
      ca: "-----BEGIN CERTIFICATE-----",
      connectTo: ["a:1:127.0.0.1:2"],
      dns: "127.0.0.1:53",
      deliver: true,
      timeout: "10s",
      deadline: "60s"
    })
    assert.isTrue(Schema.is(CheckOptions)(options))
  })

  it("never hold the secret", () => {
    assert.notInclude(JSON.stringify(Form.options(fields({ signIn: "password", secret: "canary-1" }))), "canary-1")
  })
})

describe("look", () => {
  const given = fields({
    target: "b.example",
    user: "u",
    auth: "plain",
    provider: "p",
    from: "f@b.example",
    until: "rcpt",
    deliver: true,
    dns: "127.0.0.1:53",
    selector: "s1, s2",
    ip: " 192.0.2.1 "
  })

  it("at a domain carries what its posture depends on, and nothing for signing in or sending", () => {
    const asked = Form.look(given, "posture")
    assert.deepStrictEqual(asked, {
      target: "b.example",
      only: ["posture"],
      provider: "p",
      from: "f@b.example",
      dns: "127.0.0.1:53",
      selector: ["s1", "s2"],
      ip: "192.0.2.1"
    })
    assert.isTrue(Schema.is(CheckOptions)(asked))
  })

  const ports: ReadonlyArray<readonly [target: string, security: string, starttls: CheckOptions["starttls"]]> = [
    ["h.example:25", "", "smtp"],
    ["h.example:587", "", "smtp"],
    ["h.example:143", "", "imap"],
    ["h.example:110", "", "pop3"],
    ["h.example:4190", "starttls", "sieve"],
    ["h.example:587", "tls", undefined],
    ["h.example:993", "", undefined],
    ["h.example", "", undefined]
  ]
  for (const [target, security, starttls] of ports) {
    it(`at ${target} begins ${starttls === undefined ? "with TLS" : `with ${starttls}`}${security === "" ? "" : ` for ${security}`}`, () => {
      const asked = Form.look(fields({ target, security, selector: "s1" }), "tls")
      assert.deepStrictEqual(asked, { target, only: ["tls"], ...(starttls === undefined ? {} : { starttls }) })
      assert.isTrue(Schema.is(CheckOptions)(asked))
    })
  }
})

describe("secretOf", () => {
  const sent = (signIn: SignIn, secret: string) =>
    JSON.parse(Secrets.shown({ target: "a", ...Secrets.secretOf(signIn, secret) }))

  it("puts a password and a token where the interface reads them", () => {
    assert.deepStrictEqual(sent("password", " p w "), { target: "a", secret: " p w " })
    assert.deepStrictEqual(sent("token", "t"), { target: "a", token: "t" })
    assert.deepStrictEqual(sent("device", "left over"), { target: "a", token: { source: "device-code" } })
    const { secret } = Schema.decodeUnknownSync(Schema.toCodecJson(StartRun))(sent("password", " p w "))
    assert.isTrue(Redacted.isRedacted(secret) && Redacted.value(secret) === " p w ")
  })

  it("gives nothing without a secret", () => {
    assert.deepStrictEqual(Secrets.secretOf("nothing", "left over"), {})
    assert.deepStrictEqual(Secrets.secretOf("password", ""), {})
  })

  it("cannot be printed", () => {
    const { secret } = Secrets.secretOf("password", "canary-1")
    assert.notInclude(`${String(secret)} ${JSON.stringify(secret)}`, "canary-1")
  })
})

describe("wrong", () => {
  const rows: ReadonlyArray<readonly [Partial<Form.Fields>, string | undefined]> = [
    [{}, undefined],
    [{ target: "  " }, "target"],
    [{ port: "587" }, undefined],
    [{ port: "0" }, "port"],
    [{ port: "65536" }, "port"],
    [{ port: "5.5" }, "port"],
    [{ port: "smtp" }, "port"],
    [{ timeout: "10s", deadline: "2m" }, undefined],
    [{ timeout: "10" }, "timeout"],
    [{ deadline: "soon" }, "deadline"]
  ]
  for (const [given, option] of rows) {
    it(`names ${option ?? "nothing"} for ${JSON.stringify(given)}`, () => {
      assert.strictEqual(Form.wrong(Form.options(fields(given))), option)
    })
  }
})

describe("choices", () => {
  const ids = (list: ReadonlyArray<readonly [string, string]>) => list.map(([id]) => id).filter((id) => id !== "")

  it("offer all kinds of security and all mechanisms", () => {
    assert.sameMembers(ids(Form.choices.security), [...Security.literals])
    // A page has no client certificate to show.
    assert.sameMembers(ids(Form.choices.auth), AuthChoice.literals.filter((id) => id !== "auto" && id !== "external"))
  })

  it("offer only phases that there are", () => {
    for (const id of ids(Form.choices.until)) assert.isTrue(Schema.is(PhaseId)(id), id)
  })
})
