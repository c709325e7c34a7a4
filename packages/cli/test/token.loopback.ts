/** Tokens on the command line: checked before anybody is connected to, and read without a network. */
import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as HttpsServer from "@sonde/testkit/HttpsServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./sonde.ts"

/** Stands in every token as its signature, and may stand nowhere else. */
const signature = "c2lnbmF0dXJlLWNhbmFyeS04WnE0"

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")

const tokenOf = (claims: object) => `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.${signature}`

const good = {
  aud: "https://outlook.office.com",
  iss: "https://sts.windows.net/6babcaad-604b-40ac-a9d7-9fd97c0b779f/",
  tid: "6babcaad-604b-40ac-a9d7-9fd97c0b779f",
  oid: "0d1c0000-1111-2222-3333-444455556666",
  appid: "9fdb0000-1111-2222-3333-444455556666",
  scp: "SMTP.Send",
  upn: "oauth@contoso.example",
  exp: 4_000_000_000
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-token-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()), 60_000)

const run = (argv: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}, input = "") =>
  Effect.promise(() => sonde(argv, env, input))

describe("sonde check --token", () => {
  live("connects to nobody with a wrong token, and keeps it out of everything", () =>
    Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const state = join(yield* folder, "state")
      const check = (claims: object, ...flags: ReadonlyArray<string>) =>
        run([
          "check",
          "oauth@contoso.example",
          "--provider",
          "microsoft-365",
          "--ca",
          running.ca,
          "--connect-to",
          `smtp.office365.com:587:127.0.0.1:${running.smtp.port}`,
          "--state",
          state,
          "--token",
          "env:T",
          ...flags
        ], { T: tokenOf(claims) })
      const rows: ReadonlyArray<readonly [object, string, ReadonlyArray<string>]> = [
        [{ aud: "https://graph.microsoft.com" }, "oauth_wrong_audience", []],
        [{ aud: "https://outlook.office365.us" }, "oauth_wrong_audience", []],
        [{ scp: "IMAP.AccessAsUser.All" }, "oauth_missing_scope", []],
        [{ exp: 1 }, "oauth_token_expired", []],
        [{ tid: "00000000-604b-40ac-a9d7-9fd97c0b779f" }, "oauth_tenant_endpoint_wrong", ["--tenant", good.tid]],
        [{ upn: "a_example.org#EXT#@contoso.example" }, "oauth_wrong_account", []]
      ]
      let all = ""
      for (const [wrong, cause, flags] of rows) {
        const left = yield* check({ ...good, ...wrong }, "--json", ...flags)
        assert.strictEqual(left.code, 77, left.err)
        const report = JSON.parse(left.out)
        assert.strictEqual(report.verdicts[0].cause, cause)
        assert.strictEqual(report.verdicts[0].service, "token")
        assert.deepStrictEqual(report.transcript, [])
        const { phases } = report.services.find(({ id }: { readonly id: string }) => id === "smtp-submission")
        assert.isTrue(phases.every(({ because }: { readonly because: string }) => because === "claims"))
        all += left.out + left.err
      }
      const shown = yield* check({ ...good, exp: 1 }, "--transcript")
      const events = yield* check({ ...good, exp: 1 }, "--events")
      all += shown.out + shown.err + events.out + events.err
      for (const name of readdirSync(join(state, "runs"))) all += readFileSync(join(state, "runs", name), "utf8")
      assert.include(all, "claims")
      assert.notInclude(all, signature)
      assert.notInclude(all, part(good))
    }))

  live("names what was in doubt when the server refuses", () =>
    Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const left = yield* run([
        "check",
        "oauth@contoso.example",
        "--provider",
        "microsoft-365",
        "--ca",
        running.ca,
        "--connect-to",
        `smtp.office365.com:587:127.0.0.1:${running.smtp.port}`,
        "--state",
        join(yield* folder, "state"),
        "--token",
        "env:T",
        "--json"
      ], { T: tokenOf({ ...good, upn: "somebody@contoso.example" }) })
      assert.strictEqual(left.code, 77, left.err)
      const report = JSON.parse(left.out)
      assert.strictEqual(report.verdicts[0].cause, "oauth_wrong_account")
      assert.include(report.verdicts[0].title, "somebody@contoso.example")
      const auth = report.services[0].phases.find(({ id }: { readonly id: string }) => id === "auth")
      assert.strictEqual(auth.error._tag, "AuthRejected")
    }))
})

describe("sonde token inspect", () => {
  const inspect = (
    text: string,
    flags: ReadonlyArray<string> = [],
    env: Readonly<Record<string, string>> = {},
    input = ""
  ) => run(["token", "inspect", ...(text === "" ? [] : [text]), ...flags], env, input)

  live("reads the same from every source, and never shows the signature", () =>
    Effect.gen(function*() {
      const token = tokenOf(good)
      const path = join(yield* folder, "token")
      writeFileSync(path, `${token}\n`)
      const all = [
        yield* inspect("env:T", [], { T: token }),
        yield* inspect(`file:${path}`),
        yield* inspect("stdin", [], {}, token),
        yield* inspect("-", [], {}, `Bearer ${token}\n`),
        yield* inspect("", [], {}, token),
        yield* inspect(token)
      ]
      for (const left of all) {
        assert.strictEqual(left.code, 0, left.err)
        assert.strictEqual(left.out, all[0]?.out)
        assert.notInclude(left.out + left.err, signature)
      }
      assert.match(
        all[0]?.out ?? "",
        /^Of +oauth@contoso\.example\nFor +https:\/\/outlook\.office\.com\nScopes +SMTP\.Send$/m
      )
      assert.match(all[0]?.out ?? "", /^Counts until +2096-10-02T07:06:40Z, in \d+ h$/m)
      assert.include(all[5]?.err, "history of your shell")
    }))

  live("says for which services a token is, and fails for one that was asked for", () =>
    Effect.gen(function*() {
      const env = { T: tokenOf(good) }
      const json = yield* inspect("env:T", ["--provider", "microsoft-365", "--json"], env)
      assert.strictEqual(json.code, 0, json.err)
      const document = JSON.parse(json.out)
      assert.strictEqual(document.schema, "sonde.token/1")
      assert.strictEqual(document.claims.upn, good.upn)
      assert.notInclude(json.out, signature)
      const fits = document.uses.map((
        use: { readonly service: string; readonly fits: boolean }
      ) => [use.service, use.fits])
      assert.deepInclude(fits, ["smtp-submission", true])
      assert.deepInclude(fits, ["imap", false])
      const only = yield* inspect("env:T", ["--provider", "microsoft-365", "--only", "imap"], env)
      assert.strictEqual(only.code, 77)
      assert.include(only.out, "IMAP.AccessAsUser.All")
    }))

  live("compares with the audience and the scope that are named, where no pack is asked", () =>
    Effect.gen(function*() {
      const env = { T: tokenOf(good) }
      const right = yield* inspect("env:T", ["--audience", good.aud, "--scope", "openid SMTP.Send"], env)
      assert.strictEqual(right.code, 0, right.out + right.err)
      const wrong = yield* inspect("env:T", ["--audience", "https://mail.example", "--scope", "mail"], env)
      assert.strictEqual(wrong.code, 77)
      assert.include(wrong.out, `Wrong: aud is ${good.aud}, wanted is https://mail.example.`)
      assert.include(wrong.out, `Wrong: scp is ${good.scp}, wanted is mail.`)
      const other = yield* inspect("env:T", ["--user", "other@contoso.example"], env)
      assert.strictEqual(other.code, 0)
      assert.include(other.out, `In doubt\n  upn is ${good.upn}, wanted is other@contoso.example`)
      const byPack = yield* inspect(
        "env:T",
        ["--provider", "microsoft-365", "--only", "imap", "--scope", good.scp],
        env
      )
      assert.strictEqual(byPack.code, 0, byPack.out)
    }))

  live("ends with what the token is worth", () =>
    Effect.gen(function*() {
      const expired = yield* inspect("stdin", [], {}, tokenOf({ ...good, exp: 1 }))
      assert.strictEqual(expired.code, 77)
      assert.include(expired.out, "The token has expired.")
      const damaged = yield* inspect("stdin", ["--json"], {}, `${tokenOf(good).slice(0, 90)}.x`)
      assert.strictEqual(damaged.code, 77)
      assert.strictEqual(JSON.parse(damaged.out).wrong[0].name, "token")
      assert.strictEqual((yield* inspect("stdin", [], {}, "ya29.opaque")).code, 75)
      assert.strictEqual((yield* inspect("env:NOT_SET")).code, 66)
      assert.strictEqual((yield* inspect("env:T", ["--only", "imap"], { T: tokenOf(good) })).code, 64)
      assert.strictEqual((yield* inspect("env:T", ["--provider", "acme"], { T: tokenOf(good) })).code, 64)
    }))
})

describe("sonde check with a token that is obtained", () => {
  /** An issuer with a token endpoint, beside the simulator; gives a way to check against both. */
  const setUp = (answer: (asked: HttpsServer.Asked) => HttpsServer.Answer) =>
    Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const { ca, server } = yield* Effect.promise(TestCa.testCa)
      const tls = yield* Effect.promise(() => server({ dns: ["login.microsoftonline.com"] }))
      const issuer = yield* HttpsServer.start(tls, answer)
      const dir = yield* folder
      const trusted = join(dir, "ca.pem")
      writeFileSync(trusted, `${readFileSync(running.ca, "utf8")}\n${ca}`)
      const state = join(dir, "state")
      const reach = [
        "--provider",
        "microsoft-365",
        "--ca",
        trusted,
        "--connect-to",
        `smtp.office365.com:587:127.0.0.1:${running.smtp.port}`,
        "--connect-to",
        `login.microsoftonline.com:443:127.0.0.1:${issuer.port}`,
        "--state",
        state
      ]
      const written = () =>
        readdirSync(join(state, "runs")).map((name) => readFileSync(join(state, "runs", name), "utf8")).join("")
      return { running, issuer, state, reach, written, dir }
    })

  const json = (status: number, body: object): HttpsServer.Answer => ({ status, body: JSON.stringify(body) })
  const secret = "canary & secret+/8Zq4"
  const encoded = "canary+%26+secret%2B%2F8Zq4"

  const issuing = (token: () => string) => (asked: HttpsServer.Asked): HttpsServer.Answer =>
    asked.path.endsWith("/.well-known/openid-configuration")
      ? json(200, {
        issuer: "https://login.microsoftonline.com/t/v2.0",
        token_endpoint: "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token"
      })
      : json(200, { access_token: token(), token_type: "Bearer", expires_in: 3599 })

  live("asks the issuer, reads what it got, and signs in with it", () =>
    Effect.gen(function*() {
      let token: string | undefined = undefined
      const { issuer, reach, running, written } = yield* setUp(issuing(() => token ?? ""))
      token = running.mailboxes.find(({ address }) => address === "oauth@contoso.example")?.token
      const argv = ["check", "oauth@contoso.example", ...reach, "--token", "client-credentials", "--client-id", "app"]
      const left = yield* run([...argv, "--client-secret", "env:CS", "--json"], { CS: secret })
      assert.strictEqual(left.code, 0, left.out + left.err)
      const report = JSON.parse(left.out)
      const of = (id: string) => report.services.find((service: { readonly id: string }) => service.id === id)
      assert.deepStrictEqual(
        of("token").phases.map((phase: { readonly id: string; readonly state: string }) =>
          `${phase.id} ${phase.state}`
        ),
        ["metadata pass", "token pass", "claims pass"]
      )
      assert.deepStrictEqual(issuer.asked.map(({ method, path }) => `${method} ${path}`), [
        "GET /contoso.example/v2.0/.well-known/openid-configuration",
        "POST /contoso.example/oauth2/v2.0/token"
      ])
      assert.strictEqual(
        issuer.asked[1]?.body,
        `grant_type=client_credentials&client_id=app&scope=https%3A%2F%2Foutlook.office365.com%2F.default&client_secret=${encoded}`
      )
      const shown = yield* run([...argv, "--client-secret", "env:CS", "--transcript"], { CS: secret })
      const all = left.out + left.err + shown.out + shown.err + written()
      for (const form of [secret, encoded, token ?? "", Buffer.from(secret).toString("base64")]) {
        assert.notInclude(all, form)
      }
    }))

  live("explains a refusal by its number, and connects to no mail server", () =>
    Effect.gen(function*() {
      const { reach, written } = yield* setUp((asked) =>
        asked.method === "GET" ? json(404, {}) : json(401, {
          error: "invalid_client",
          error_description:
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
          error_codes: [7_000_215],
          correlation_id: "0b8f4a6e-6f7e-4d2c-9d0b-7c5a4e3b2a10"
        })
      )
      const left = yield* run([
        "check",
        "oauth@contoso.example",
        ...reach,
        "--token",
        "client-credentials",
        "--client-id",
        "app",
        "--client-secret",
        "env:CS",
        "--json"
      ], { CS: secret })
      assert.strictEqual(left.code, 77, left.err)
      const report = JSON.parse(left.out)
      assert.strictEqual(report.verdicts[0].cause, "oauth_client_secret_invalid")
      const error = report.services.find(({ id }: { readonly id: string }) => id === "token").phases[1].error
      assert.strictEqual(error._tag, "TokenRejected")
      assert.strictEqual(error.providerCode, "AADSTS7000215")
      const { phases } = report.services.find(({ id }: { readonly id: string }) => id === "smtp-submission")
      assert.isTrue(phases.every(({ because }: { readonly because: string }) => because === "token"))
      for (const form of [secret, encoded]) assert.notInclude(left.out + left.err + written(), form)
    }))

  live("tells a person what to do for a device code", () =>
    Effect.gen(function*() {
      const { issuer, reach } = yield* setUp((asked) =>
        asked.method === "GET"
          ? json(404, {})
          : asked.path.endsWith("/devicecode")
          ? json(200, {
            device_code: "canary-device",
            user_code: "ABCD-EFGH",
            verification_uri: "https://microsoft.com/devicelogin",
            expires_in: 900,
            interval: 1
          })
          : json(200, { access_token: tokenOf({ ...good, aud: "https://graph.microsoft.com" }), token_type: "Bearer" })
      )
      const left = yield* run([
        "check",
        "oauth@contoso.example",
        ...reach,
        "--token",
        "device-code",
        "--client-id",
        "app",
        "--transcript"
      ])
      assert.strictEqual(left.code, 77, left.err)
      assert.match(
        left.err,
        /To sign in, open +https:\/\/microsoft\.com\/devicelogin\n +and enter the code ABCD-EFGH\n +Time left +15 min/
      )
      assert.include(left.out, "oauth_wrong_audience")
      assert.notInclude(left.out + left.err, "canary-device")
      assert.notInclude(left.out + left.err, signature)
      assert.include(issuer.asked.at(-1)?.body, "device_code=canary-device")
    }))

  live("is printed alone by sonde token get, and only where it is right", () =>
    Effect.gen(function*() {
      const given = tokenOf({ ...good, scp: "IMAP.AccessAsUser.All" })
      const { reach } = yield* setUp(issuing(() => given))
      const argv = ["token", "get", "oauth@contoso.example", ...reach, "--token", "refresh-token", "--client-id", "app"]
      const env = { RT: "canary-refresh" }
      const imap = yield* run([...argv, "--refresh-token", "env:RT", "--for", "imap"], env)
      assert.strictEqual(imap.code, 0, imap.err)
      assert.strictEqual(imap.out, `${given}\n`)
      const smtp = yield* run([...argv, "--refresh-token", "env:RT"], env)
      assert.strictEqual(smtp.code, 77)
      assert.strictEqual(smtp.out, "")
      assert.include(smtp.err, "wanted is https://outlook.office.com/SMTP.Send")
      assert.notInclude(smtp.err + imap.err, signature)
      assert.notInclude(smtp.err + imap.err, "canary-refresh")
      const none = yield* run(["token", "get", "oauth@contoso.example", "--token", "env:T"], { T: "x" })
      assert.strictEqual(none.code, 64)
    }))

  live("says what is missing", () =>
    Effect.gen(function*() {
      const rows: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
        [["--token", "client-credentials"], /--client-id is missing/],
        [["--token", "client-credentials", "--client-id", "a"], /--client-secret is missing/],
        [["--token", "refresh-token", "--client-id", "a"], /--refresh-token is missing/],
        [["--client-id", "a"], /--client-id was given and no token is to be obtained/],
        [["--token", "device-code", "--client-id", "a", "--skip", "token"], /--skip token leaves out/],
        [
          [
            "--token",
            "client-credentials",
            "--client-id",
            "a",
            "--client-secret",
            "env:X",
            "--token-endpoint",
            "http://x/"
          ],
          /--token-endpoint .* https/
        ]
      ]
      for (const [flags, problem] of rows) {
        const left = yield* run(["check", "a@contoso.example", "--provider", "microsoft-365", ...flags], { X: "x" })
        assert.strictEqual(left.code, 64, left.err)
        assert.strictEqual(left.out, "")
        assert.match(left.err, problem)
      }
    }))
})
