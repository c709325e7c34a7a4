import { assert, describe, it } from "@effect/vitest"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import { type Behaviour, meanings } from "@sonde/simulator/GmailState"
import * as GmailWorld from "@sonde/simulator/GmailWorld"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { connect } from "node:tls"
import { base64, Client, messageFrom, xoauth2 } from "./Client.ts"
import { ask, hiddenFields, post } from "./Https.ts"

const id = String.raw` [0-9a-f]+sm\d+f8f\.\d+ - gsmtp`

/** The first reply that is not what a send goes on with, for each behaviour. */
const replies: Record<Behaviour, string> = {
  ok: String.raw`250 2\.0\.0 OK  \d+`,
  bad_credentials: String
    .raw`535-5\.7\.8 Username and Password not accepted\. For more information, go to\n535 5\.7\.8  https://support\.google\.com/mail/\?p=BadCredentials`,
  app_password_required: String
    .raw`534-5\.7\.9 Application-specific password required\. For more information, go to\n534 5\.7\.9  https://support\.google\.com/mail/\?p=InvalidSecondFactor`,
  web_login_required: String
    .raw`534-5\.7\.9 Please log in with your web browser and then try again\. For more\n534-5\.7\.9 information, go to\n534 5\.7\.9  https://support\.google\.com/mail/\?p=WebLoginRequired`,
  too_many_logins: String.raw`454 4\.7\.0 Too many login attempts, please try again later\.`,
  temporary_auth_failure: String
    .raw`454 4\.7\.0 Cannot authenticate due to a temporary system problem\. Try again later\.`,
  token_unknown: "refused after a challenge",
  token_expired: "refused after a challenge",
  token_wrong_scope: "refused after a challenge",
  token_wrong_user: "refused after a challenge",
  account_suspended: String.raw`550 5\.7\.0 Email sending denied\.`,
  daily_limit_exceeded: String.raw`550-5\.4\.5 Daily user sending limit exceeded\.[^]*`,
  too_many_recipients: String.raw`452 4\.5\.3 Your message has too many recipients\.`,
  message_too_large: String.raw`552-5\.3\.4 Your message exceeded Google's message size limits\.[^]*`,
  server_busy: String.raw`421 4\.4\.5 Server busy, try again later\.`
}

const attempt = async (
  running: GmailSimulator.Running,
  { behaviour, secret, token }: { readonly behaviour: string; readonly secret: string; readonly token?: string },
  address: string
): Promise<string> => {
  const client = await Client.open(running.announcement.smtp.port)
  await client.reply()
  await client.command("EHLO client.example")
  await client.startTls(running.caPem, { servername: "smtp.gmail.com" })
  await client.command("EHLO client.example")
  const signIn = async () => {
    if (token === undefined) return client.command(`AUTH PLAIN ${base64(`\u0000${address}\u0000${secret}`)}`)
    const first = await client.command(`AUTH XOAUTH2 ${xoauth2(address, token)}`)
    if (!first.startsWith("334 ")) return first
    const challenge: unknown = JSON.parse(Buffer.from(first.slice(4), "base64").toString("utf8"))
    assert.deepStrictEqual(challenge, { status: "400", schemes: "Bearer", scope: "https://mail.google.com/" })
    assert.match(await client.command(""), /^535-5\.7\.8 /)
    return "refused after a challenge"
  }
  const signedIn = await signIn()
  const to = behaviour === "too_many_recipients"
    ? ["a@partner.example", "b@partner.example", "c@partner.example"]
    : ["a@partner.example"]
  const last = signedIn.startsWith("235") ? await client.send(address, to, messageFrom(address)) : signedIn
  client.end()
  return last
}

describe("a simulated Gmail", () => {
  it.live("answers each account of its world with the reply of the behaviour it announces", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      const { mailboxes } = running.announcement
      for (const mailbox of mailboxes) {
        const reply = yield* Effect.promise(() => attempt(running, mailbox, mailbox.address))
        const expected = replies[mailbox.behaviour as Behaviour]
        assert.match(
          reply,
          new RegExp(`^${expected}${expected.startsWith("refused") ? "" : id}$`),
          `${mailbox.address} (${mailbox.behaviour})`
        )
      }
      const shown = new Set<string>(mailboxes.map((mailbox) => mailbox.behaviour))
      assert.deepStrictEqual(Object.keys(meanings).filter((name) => !shown.has(name)), [
        "token_unknown",
        "token_wrong_user"
      ])
    })))

  it.live("refuses a token that is nobody's or another account's", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      const token = running.announcement.mailboxes.find((one) => one.behaviour === "ok" && one.token !== undefined)
        ?.token
      assert.isDefined(token)
      for (const presented of ["ya29.nobody", token]) {
        const mailbox = { behaviour: "ok", secret: "", token: presented }
        assert.strictEqual(
          yield* Effect.promise(() => attempt(running, mailbox, "ada@gmail.example")),
          "refused after a challenge"
        )
      }
    })))

  it.live("speaks TLS from the first octet on the other port, and replaces a sender that is no alias", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      const { secret = "" } = running.announcement.mailboxes[0] ?? {}
      yield* Effect.promise(async () => {
        const socket = await new Promise<ReturnType<typeof connect>>((resolve, reject) => {
          const opened = connect({
            host: "127.0.0.1",
            port: running.implicitPort,
            servername: "smtp.gmail.com",
            ca: running.caPem
          }, () => resolve(opened))
          opened.once("error", reject)
        })
        const client = new Client(socket)
        assert.match(await client.reply(), new RegExp(`^220 smtp\\.gmail\\.com ESMTP${id}$`))
        assert.match(await client.command("EHLO client.example"), /AUTH LOGIN PLAIN XOAUTH2/)
        assert.match(await client.login("ada@gmail.example", secret.replace(/(.{4})/g, "$1 ")), /^235 2\.7\.0 Accepted/)
        assert.match(
          await client.send("other@gmail.example", ["a@b.example"], messageFrom("other@gmail.example")),
          /^250 /
        )
        client.end()
      })
      const { messages } = running.state() as { readonly messages: ReadonlyArray<{ readonly from: string }> }
      assert.deepStrictEqual(messages.map(({ from }) => from), ["ada@gmail.example"])
    })))

  it.live.each<[string, Record<string, string>, number, string, RegExp]>([
    [
      "the refresh token is dead",
      { refresh_token: "1//fake-refresh-old" },
      400,
      "invalid_grant",
      /^Token has been expired or revoked\.$/
    ],
    ["the refresh token is nobody's", { refresh_token: "x" }, 400, "invalid_grant", /^Bad Request$/],
    ["the secret is wrong", { client_secret: "x" }, 401, "invalid_client", /^Unauthorized$/],
    ["the client is unknown", { client_id: "x" }, 401, "invalid_client", /^The OAuth client was not found\.$/],
    ["the grant is unknown", { grant_type: "magic" }, 400, "unsupported_grant_type", /^Invalid grant_type: magic$/]
  ])("refuses a token when %s", ([, fields, status, error, description]) =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      const answer = yield* Effect.promise(() => refresh(running, fields))
      assert.deepStrictEqual([answer.status, answer.body["error"]], [status, error])
      assert.match(String(answer.body["error_description"]), description)
    })))

  it.live("gives an access token for a refresh token, good for an hour, and none to the device flow", () =>
    Effect.scoped(Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* GmailSimulator.start({ now: () => now })
      const answer = yield* Effect.promise(() => refresh(running, {}))
      assert.deepInclude(answer.body, { token_type: "Bearer", expires_in: 3599, scope: "https://mail.google.com/" })
      const mailbox = { behaviour: "ok", secret: "", token: String(answer.body["access_token"]) }
      assert.match(yield* Effect.promise(() => attempt(running, mailbox, "leo@gmail.example")), /^250 /)
      now += 3_599_000
      assert.match(yield* Effect.promise(() => attempt(running, mailbox, "leo@gmail.example")), /^refused/)
      const device = yield* Effect.promise(() =>
        post(running, "https://oauth2.googleapis.com/device/code", {
          client_id: "100000000001-fake.apps.googleusercontent.com",
          scope: "https://mail.google.com/"
        })
      )
      assert.deepStrictEqual([device.status, device.body["error"]], [400, "invalid_scope"])
    })))
})

describe("Google's sign-in page", () => {
  const page = "https://accounts.google.com/o/oauth2/v2/auth"
  const verifier = "v".repeat(43)
  const parameters = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    client_id: "100000000001-fake.apps.googleusercontent.com",
    redirect_uri: "http://127.0.0.1:5000/back",
    response_type: "code",
    scope: "https://mail.google.com/",
    state: "s",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    access_type: "offline",
    ...more
  })
  const open = (running: GmailSimulator.Running, more: Readonly<Record<string, string>> = {}) =>
    ask(running, `${page}?${new URLSearchParams(parameters(more)).toString()}`)
  const exchange = (running: GmailSimulator.Running, code: string, more: Readonly<Record<string, string>> = {}) =>
    post(running, "https://oauth2.googleapis.com/token", {
      grant_type: "authorization_code",
      client_id: "100000000001-fake.apps.googleusercontent.com",
      client_secret: "fake-secret-google-4Rt7",
      redirect_uri: "http://127.0.0.1:5000/back",
      code_verifier: verifier,
      code,
      ...more
    })

  it.live("comes back with a code that is exchanged once, with its verifier, for tokens that are refreshed", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      yield* Effect.promise(async () => {
        const { text } = await open(running)
        const sent = { ...hiddenFields(text), account: "ops@workspace.example", password: "fake-Ops-9Xc4" }
        const back = new URL(String((await post(running, page, sent)).headers["location"]))
        assert.strictEqual(back.origin + back.pathname, "http://127.0.0.1:5000/back")
        assert.strictEqual(back.searchParams.get("state"), "s")
        const code = back.searchParams.get("code") ?? ""
        const said = async (more: Readonly<Record<string, string>>) => {
          const { body } = await exchange(running, code, more)
          return `${String(body["error"])} ${String(body["error_description"])}`
        }
        assert.strictEqual(await said({ code_verifier: "x".repeat(43) }), "invalid_grant Invalid code verifier.")
        assert.strictEqual(await said({ redirect_uri: "http://127.0.0.1:1" }), "redirect_uri_mismatch Bad Request")
        assert.strictEqual(await said({ code: "4/nobody" }), "invalid_grant Malformed auth code.")
        const { body } = await exchange(running, code)
        assert.deepInclude(body, { token_type: "Bearer", scope: "https://mail.google.com/" })
        assert.strictEqual(await said({}), "invalid_grant Bad Request")
        const again = await refresh(running, { refresh_token: String(body["refresh_token"]) })
        assert.strictEqual(again.status, 200)
        const mailbox = { behaviour: "ok", secret: "", token: String(again.body["access_token"]) }
        assert.match(await attempt(running, mailbox, "ops@workspace.example"), /^250 /)
      })
    })))

  it.live("never goes to an address that is not the client's, and goes back when somebody cancels", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      yield* Effect.promise(async () => {
        for (
          const uri of ["https://evil.example/", "http://127.0.0.1.evil.example/", "http://localhost@evil.example"]
        ) {
          const answer = await open(running, { redirect_uri: uri })
          assert.strictEqual(answer.status, 400)
          assert.isUndefined(answer.headers["location"])
          assert.match(answer.text, /Error 400: redirect_uri_mismatch/)
        }
        const unknown = await open(running, { client_id: "x" })
        assert.match(unknown.text, /Error 401: invalid_client/)
        const cancelled = await post(running, page, { ...parameters(), cancel: "1" })
        assert.match(String(cancelled.headers["location"]), /\?error=access_denied&state=s$/)
      })
    })))
})

const refresh = (running: GmailSimulator.Running, fields: Record<string, string>) =>
  post(running, "https://oauth2.googleapis.com/token", {
    grant_type: "refresh_token",
    client_id: "100000000001-fake.apps.googleusercontent.com",
    client_secret: "fake-secret-google-4Rt7",
    refresh_token: "1//fake-refresh-leo",
    ...fields
  })

describe("GmailWorld", () => {
  it("has the schema that gmail.schema.json holds, and a list of every behaviour", () => {
    const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8")
    assert.deepStrictEqual(JSON.parse(read("gmail.schema.json")), JSON.parse(JSON.stringify(GmailWorld.jsonSchema())))
    const listed = read("BEHAVIOURS.md")
    for (const [name, meaning] of Object.entries(meanings)) {
      assert.match(listed, new RegExp(`\\| \`${name}\` +\\| ${meaning.replace(/[().]/g, "\\$&")} *\\|`))
    }
  })

  it.live("names what is wrong in a world", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(GmailWorld.fromText(
        "accounts:\n  - address: a@b.example\n  - address: A@b.example\nclients:\n  - clientId: c\n    name: n\n    refreshTokens:\n      - { value: r, account: x@y.example }\n"
      ))
      assert.deepStrictEqual(error.problems, [
        "address A@b.example appears twice at [\"accounts\"][1]",
        "no account x@y.example at [\"clients\"][0][\"refreshTokens\"]"
      ])
    }))
})
