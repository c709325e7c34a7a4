import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { ask, login, post, token } from "./Https.ts"
import { submit } from "./TokenWorld.ts"

const listed = readFileSync(new URL("../BEHAVIOURS.md", import.meta.url), "utf8")
const rows = [
  ...(listed.split("# Applications")[1] ?? "").split("\n# ")[0]?.matchAll(
    /^\| (Contoso [^|]+?) +\| ([^|]+?) +\| ([^|]+?) +\|$/gm
  ) ?? []
].map(([, name = "", way = "", outcome = ""]) => ({ name, way, outcome }))

const clerkPassword = "fake-Clerk-5Ws6"

/** Takes the token as the row says; the access token, or the AADSTS code. */
const acquire = async (running: Simulator.Running, name: string, way: string): Promise<string> => {
  const known = running.applications.find((one) => one.name === name)
  assert.isDefined(known, name)
  const { clientId, secret, tenant } = known
  const address = way.slice(way.indexOf(", ") + 2)
  const client: Record<string, string> = {
    client_id: clientId,
    ...(secret === undefined ? {} : { client_secret: secret })
  }
  const taken = async () => {
    if (way.startsWith("client credentials")) {
      const resource = way.includes("Graph") ? "https://graph.microsoft.com" : "https://outlook.office365.com"
      return token(running, tenant, { ...client, grant_type: "client_credentials", scope: `${resource}/.default` })
    }
    const scope = "https://outlook.office.com/SMTP.Send"
    if (way.startsWith("password")) {
      const user = { username: address, password: clerkPassword }
      return token(running, tenant, { client_id: clientId, grant_type: "password", ...user, scope })
    }
    const directory = address.endsWith("@outlook.example") ? "consumers" : tenant
    const code = await post(running, `${login}/${directory}/oauth2/v2.0/devicecode`, { client_id: clientId, scope })
    await fetch(`${running.admin}device`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ userCode: code.body["user_code"], account: address })
    })
    return token(running, directory, {
      client_id: clientId,
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: String(code.body["device_code"])
    })
  }
  const { body } = await taken()
  return typeof body["access_token"] === "string" ? body["access_token"] : `AADSTS${String(body["error_codes"])}`
}

const use = async (running: Simulator.Running, way: string, presented: string): Promise<string> => {
  const address = way.slice(way.indexOf(", ") + 2)
  if (!way.includes("Graph")) return submit(running, address, presented)
  const { status } = await ask(running, `https://graph.microsoft.com/v1.0/users/${address}/sendMail`, {
    method: "POST",
    headers: { authorization: `Bearer ${presented}`, "content-type": "application/json" },
    body: JSON.stringify({ message: { toRecipients: [{ emailAddress: { address: "a@partner.example" } }] } })
  })
  return status === 202 ? "250 by Graph" : String(status)
}

describe("the applications of the built-in world", () => {
  it.live("do what the list says of each, and every announced one is in it", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      assert.deepStrictEqual(
        rows.map((row) => row.name).toSorted(),
        running.applications.map((one) => one.name).toSorted()
      )
      for (const { name, outcome, way } of rows) {
        const got = yield* Effect.promise(async () => {
          const presented = await acquire(running, name, way)
          return presented.startsWith("AADSTS") ? presented : use(running, way, presented)
        })
        const expected = outcome.startsWith("sends") ? "250 " : outcome.split(",")[0] ?? ""
        assert.isTrue(got.startsWith(expected), `${name}: ${got}, not ${outcome}`)
      }
    })))

  it.live("leave no secret and no token in what the administrator's door shows", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const secrets = [
        ...running.applications.flatMap(({ secret }) => secret ?? []),
        ...running.mailboxes.flatMap(({ appPassword, secret, token: presented }) => [secret, appPassword, presented]),
        clerkPassword
      ].filter((one): one is string => one !== undefined && one !== "")
      assert.isAtLeast(secrets.length, 40)
      for (const { name, way } of rows) {
        const presented = yield* Effect.promise(() => acquire(running, name, way))
        if (presented.startsWith("AADSTS")) continue
        secrets.push(presented)
        yield* Effect.promise(() => use(running, way, presented))
      }
      const shown = yield* Effect.promise(async () => (await fetch(running.admin)).text())
      assert.include(shown, "AADSTS7000222")
      for (const secret of secrets) assert.notInclude(shown, secret)
    })))
})
