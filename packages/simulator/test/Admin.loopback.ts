import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { request } from "node:http"

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const ask = (
  url: string,
  method: string,
  body: string | undefined,
  headers: Record<string, string> = {}
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers["content-type"] ?? "",
          body: Buffer.concat(parts).toString()
        }))
      response.on("error", reject)
    })
    sent.on("error", reject)
    sent.end(body)
  })

const plain = { "content-type": "text/plain" }

const admin = (test: (running: Simulator.Running) => Promise<void>) =>
  Effect.scoped(Effect.gen(function*() {
    const running = yield* Simulator.start({})
    yield* Effect.promise(() => test(running))
  }))

describe("the administrator's door", () => {
  it.live("takes a cmdlet and answers with its output", () =>
    admin(async ({ admin: url, mailboxesNow }) => {
      const set = await ask(
        url,
        "POST",
        "Set-CASMailbox scanner@contoso.example -SmtpClientAuthenticationDisabled $false",
        plain
      )
      assert.deepStrictEqual(set, { status: 200, type: "text/plain; charset=utf-8", body: "" })
      assert.strictEqual(
        mailboxesNow().find((mailbox) => mailbox.address === "scanner@contoso.example")?.behaviour,
        "ok"
      )
      const get = await ask(
        url,
        "POST",
        "Get-CASMailbox scanner@contoso.example | fl SmtpClientAuthenticationDisabled",
        plain
      )
      assert.strictEqual(get.body, "\nSmtpClientAuthenticationDisabled : False\n\n")
    }))

  it.live("answers 400 with the words of PowerShell", () =>
    admin(async ({ admin: url }) => {
      const answer = await ask(url, "POST", "Set-CASMailbox scanner@contoso.example -Smtp $false", plain)
      assert.deepStrictEqual([answer.status, answer.body], [
        200,
        ""
      ])
      const unknown = await ask(url, "POST", "Set-CASMailbox scanner@contoso.example -SmtpOn $true", plain)
      assert.deepStrictEqual([unknown.status, unknown.body], [
        400,
        "A parameter cannot be found that matches parameter name 'SmtpOn'.\n"
      ])
    }))

  it.live("shows sign-ins, messages and sessions", () =>
    admin(async ({ admin: url }) => {
      const answer = await ask(url, "GET", undefined)
      assert.strictEqual(answer.type, "application/json")
      assert.deepStrictEqual(JSON.parse(answer.body), {
        signIns: {},
        messages: [],
        maxSessions: 0,
        maxSessionsByMailbox: {},
        tokenRequests: {}
      })
    }))

  it.live.each<[string, string | undefined, Record<string, string>, number]>([
    ["PUT", "x", plain, 405],
    ["DELETE", undefined, {}, 405],
    ["POST", "x", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["POST", "x", {}, 415],
    ["POST", "Get-TransportConfig", { ...plain, host: "rebound.example" }, 403],
    ["GET", undefined, { host: "rebound.example:80" }, 403],
    ["GET", undefined, { host: "127.0.0.1.rebound.example" }, 403],
    ["POST", "Get-TransportConfig", { ...plain, origin: "https://rebound.example" }, 403],
    ["POST", "Get-TransportConfig", { ...plain, origin: "null" }, 403],
    ["POST", "Get-TransportConfig", { ...plain, origin: "http://localhost:8080" }, 200],
    ["POST", "#".repeat(70_000), plain, 413]
  ])("answers %s %.20s with headers %j with %i", ([method, body, headers, status]) =>
    admin(async ({ admin: url }) => {
      assert.strictEqual((await ask(url, method, body, headers)).status, status)
    }))
})
