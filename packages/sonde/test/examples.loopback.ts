/**
 * The example applications, asked over HTTP: in this process, over a simulated Microsoft 365, and as processes of their
 * own with the command that their README gives.
 */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import type { Running } from "@sonde/simulator/Simulator"
import * as Simulator from "@sonde/simulator/Simulator"
import { AddressPolicy, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpApiTest from "effect/http-api/HttpApiTest"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { Api, FieldRefused } from "../examples/effect-settings/Api.ts"
import * as Handlers from "../examples/effect-settings/Handlers.ts"
import { MailTest, Places } from "../examples/effect-settings/MailTest.ts"
import * as HonoExample from "../examples/hono-settings/app.ts"
import * as Simulated from "./Simulated.ts"

const canary = "canary-Zx81-Qv7%+/=\"<&"

/** What is said of a host that the address policy keeps from being dialled, and of one that is no name. */
const denied = /"cause":"address_denied"|an address that this installation does not connect to|is no host name/

interface Answer {
  readonly status: number
  readonly text: string
}

/** An example that runs: asked by path, with a body of its kind. */
interface Example {
  readonly ask: (path: string, body?: URLSearchParams | object) => Promise<Answer>
  readonly stop: () => Promise<void>
}

const example = (
  fetch: (request: Request) => Response | Promise<Response>,
  stop: () => Promise<void>
): Example => ({
  stop,
  ask: async (path, body) => {
    const url = `http://127.0.0.1${path}`
    const headers = { origin: "http://127.0.0.1" }
    const response = await fetch(
      body === undefined ? new Request(url) : body instanceof URLSearchParams
        ? new Request(url, { method: "POST", headers, body })
        : new Request(url, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body)
        })
    )
    return { status: response.status, text: await response.text() }
  }
})

/** Makes an example: over a simulator, or as it comes when there is none. */
type Make = (simulator: Running | undefined) => Example

const places = (simulator: Running) => ({
  ca: simulator.caPem,
  connectTo: [...simulator.connectTo, `mail.example.com:587:127.0.0.1:${simulator.smtp.port}`]
})

const hono: Make = (simulator) => {
  const { app, dispose } = HonoExample.make(
    simulator === undefined ? {} : { ...places(simulator), addresses: AddressPolicy.everything }
  )
  return example(app.fetch, dispose)
}

const mailTest = (simulator: Running | undefined) =>
  simulator === undefined
    ? Layer.provide(MailTest.layer, NodeNet.layer)
    : MailTest.layerNoDeps.pipe(
      Layer.provide(Layer.provide(Sonde.layer, NodeNet.layer)),
      Layer.provide(Layer.succeed(Places, places(simulator)))
    )

const effect: Make = (simulator) => {
  const { dispose, handler } = HttpRouter.toWebHandler(
    Handlers.routes.pipe(Layer.provide(mailTest(simulator)), Layer.provide(HttpServer.layerServices))
  )
  return example((request) => handler(request), dispose)
}

const api = "/api/settings/mail/test"
const form = "/settings/mail"

const typed = {
  host: "smtp.office365.com",
  port: 587,
  security: "starttls",
  recipient: "clerk@contoso.example"
}

/** What somebody types for a mailbox of the simulator. */
const settings = (simulator: Running, address: string, more: object = {}) => {
  const { from = address, secret, user = address } = Simulated.mailbox(simulator, address)
  return { ...typed, from, user, password: secret, ...more }
}

describe.each([
  { name: "hono", make: hono, elsewhere: 422, later: 422 },
  { name: "effect", make: effect, elsewhere: 409, later: 503 }
])("the $name example", ({ elsewhere, later, make, name }) => {
  const scope = Scope.makeUnsafe()
  let simulator: Running
  let open: Example
  let closed: Example
  let printed = ""

  beforeAll(async () => {
    for (const method of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((...words) => void (printed += `${words.map(String).join(" ")}\n`))
    }
    simulator = await Effect.runPromise(Scope.provide(Simulator.start({}), scope))
    open = make(simulator)
    closed = make(undefined)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await open.stop()
    await closed.stop()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  it("sends a message that is accepted", async () => {
    const before = simulator.state().messages.length
    const { status, text } = await open.ask(api, settings(simulator, "app@contoso.example"))
    assert.strictEqual(status, 200, text)
    assert.include(JSON.parse(text).sentence, "clerk@contoso.example was accepted")
    assert.strictEqual(simulator.state().messages.length, before + 1)
  })

  it.each([
    { title: "a wrong password", address: "typo@contoso.example", field: "password", cause: "bad_credentials" },
    { title: "a sender of somebody else", address: "crm@contoso.example", field: "from", cause: "send_as_denied" },
    {
      title: "a name that the certificate lacks",
      address: "app@contoso.example",
      more: { host: "mail.example.com" },
      field: "host"
    },
    {
      title: "TLS where STARTTLS belongs",
      address: "app@contoso.example",
      more: { host: "mail.example.com", security: "tls" },
      field: "security"
    },
    { title: "a host that is none", address: "app@contoso.example", more: { host: "mail server" }, field: "host" },
    {
      title: "a recipient that is none",
      address: "app@contoso.example",
      more: { recipient: "clerk" },
      field: "recipient"
    }
  ])("puts $title beside its field", async ({ address, cause, field, more }) => {
    const { status, text } = await open.ask(api, settings(simulator, address, more))
    assert.strictEqual(status, 422, text)
    const answer = JSON.parse(text)
    assert.strictEqual(answer.field, field, text)
    assert.isAbove(answer.sentence.length, 10)
    if (cause !== undefined) assert.strictEqual(answer.cause, cause)
  })

  it("says of SMTP AUTH that is off who switches it on and how, and blames no field", async () => {
    const { status, text } = await open.ask(api, settings(simulator, "scanner@contoso.example"))
    assert.strictEqual(status, elsewhere, text)
    const answer = JSON.parse(text)
    assert.strictEqual(answer.cause, "smtp_auth_disabled_tenant")
    assert.strictEqual(answer.who, "exchange admin")
    assert.isUndefined(answer.field)
    assert.match(JSON.stringify(answer.todo), /Set-CASMailbox .*SmtpClientAuthenticationDisabled \$false/)
  })

  it("says of a throttle that it passes", async () => {
    const { status, text } = await open.ask(api, settings(simulator, "burst@contoso.example"))
    assert.strictEqual(status, later, text)
    assert.match(text, name === "effect" ? /"retryAfterSeconds":\d+/ : /"cause":"throttled_rate"/)
  })

  it.each(["127.0.0.1", "localhost", "10.0.0.25", "[::1]", "169.254.169.254", "2130706433"])(
    "dials nothing inside as it comes: %s",
    async (host) => {
      const before = simulator.state().signIns
      const { smtp: { port } } = simulator
      for (const where of [{ host, port }, { host, port: 587 }]) {
        const { status, text } = await closed.ask(api, settings(simulator, "app@contoso.example", where))
        assert.strictEqual(status, 422, text)
        assert.strictEqual(JSON.parse(text).field, "host", text)
        assert.match(text, denied)
      }
      assert.deepStrictEqual(simulator.state().signIns, before)
    }
  )

  it("shows the verdict in the form, with what was typed but the password", async () => {
    const typo = settings(simulator, "typo@contoso.example", { password: canary, from: "\"<b>\"@contoso.example" })
    const empty = await open.ask(form)
    assert.strictEqual(empty.status, 200)
    assert.include(empty.text, "name=\"password\"")
    const body = new URLSearchParams(Object.entries(typo).map(([key, value]): [string, string] => [key, `${value}`]))
    const { status, text } = await open.ask(form, body)
    assert.strictEqual(status, 200, text)
    assert.match(text, /type="password"[^]*?<\/p>\s*(?:<p role="alert">)?<strong[^]*User name or password is wrong/)
    assert.include(text, "value=\"typo@contoso.example\"")
    assert.notInclude(text, "<b>")
  })

  it("tells a secret to nobody, neither in answers nor in logs", async () => {
    const about = settings(simulator, "app@contoso.example", { password: canary })
    const { password: _, ...less } = about
    const answers = [
      await open.ask(api, about),
      await open.ask(api, { ...about, host: "mail.example.com" }),
      await open.ask(api, { ...about, host: "mail server" }),
      await open.ask(api, { ...about, port: canary }),
      await open.ask(api, { ...about, security: canary }),
      await open.ask(api, { ...less, password: [canary] }),
      await open.ask(form, new URLSearchParams({ ...less, port: "no port", password: canary })),
      await open.ask(form, new URLSearchParams({ ...less, port: "587", password: canary }))
    ]
    const bare = canary.slice(0, 11)
    const spellings = [bare, Buffer.from(`\0app@contoso.example\0${canary}`).toString("base64"), btoa(canary)]
    for (const { text } of [...answers, { text: printed }]) {
      for (const spelling of spellings) assert.notInclude(text, spelling)
    }
    // The search finds what it looks for: this password is one that reached the server and was refused there.
    assert.include(answers[0]?.text, "bad_credentials")
  })

  if (name === "hono") {
    it("takes no form of another site", async () => {
      const { app, dispose } = HonoExample.make()
      const headers = { origin: "http://evil.example", "content-type": "application/x-www-form-urlencoded" }
      const response = await app.request("http://127.0.0.1/settings/mail", { method: "POST", headers, body: "host=x" })
      assert.strictEqual(response.status, 403)
      await dispose()
    })
  } else {
    it.live("gives its client the declared error back", () =>
      Effect.gen(function*() {
        const client = yield* HttpApiTest.groups(Api, ["settings"])
        const payload = { ...typed, security: "starttls" as const, user: "", from: "a@contoso.example" }
        const error = yield* Effect.flip(
          client.settings.test({ payload: { ...payload, host: "127.0.0.1", password: Redacted.make("") } })
        )
        assert.instanceOf(error, FieldRefused)
        assert.strictEqual(error.field, "host")
      }).pipe(
        Effect.provide(Handlers.layer.pipe(
          Layer.provide(mailTest(undefined)),
          Layer.provideMerge(HttpServer.layerServices)
        ))
      ))
  }
})

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** The first command of the README. */
const commandOf = (name: string): ReadonlyArray<string> => {
  const readme = readFileSync(`${root}/packages/sonde/examples/${name}/README.md`, "utf8")
  const [node, ...args] = /```sh\n([^\n]+)\n/.exec(readme)?.[1]?.split(" ") ?? []
  assert.strictEqual(node, "node")
  return args
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ""
    child.stdout?.on("data", (chunk) => {
      text += chunk
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")))
    })
    child.once("close", () => reject(new Error(`ended without a line: ${text}`)))
  })

describe.each(["hono-settings", "effect-settings"])("the command of the README of %s", (name) => {
  it("serves the page, dials nothing inside, tells no secret, and ends with a signal", async () => {
    const child = spawn(process.execPath, [...commandOf(name)], {
      cwd: root,
      env: { ...process.env, PORT: "0" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let printed = ""
    child.stdout.on("data", (chunk) => printed += chunk)
    child.stderr.on("data", (chunk) => printed += chunk)
    const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
    try {
      const url = await firstLine(child)
      const page = await (await fetch(url)).text()
      assert.include(page, "<form method=\"post\">")
      const response = await fetch(new URL(api, url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...typed, host: "127.0.0.1", user: "a", password: canary, from: "a@contoso.example" })
      })
      const text = await response.text()
      assert.strictEqual(response.status, 422, text)
      assert.include(text, "\"field\":\"host\"")
      assert.match(text, denied)
      assert.notInclude(text, canary.slice(0, 11))
    } finally {
      child.kill("SIGTERM")
    }
    assert.strictEqual(await ended, 0, printed)
    assert.notInclude(printed, canary.slice(0, 11))
  })
})
