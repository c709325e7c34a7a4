/** The whole interface over a real socket, with the typed client, against a simulated tenant. */
import { assert, describe, it } from "@effect/vitest"
import { Client as McpClient, StreamableHTTPClientTransport } from "@modelcontextprotocol/client"
import {
  InvalidOption,
  NotFound,
  RunLocked,
  Stopping,
  TargetDenied,
  TooManyRuns,
  Unauthorized
} from "@sonde/http-api/Problems"
import * as NameServer from "@sonde/testkit/NameServer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Net from "node:net"
import { folder, type Running, simulated, start, told } from "./TestServer.ts"

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()), 60_000)

const secretOf = (text: string) => Redacted.make(text)

/** A run that was started and has ended. */
const finished = Effect.fnUntraced(
  function*(server: Running, payload: Parameters<Running["client"]["runs"]["start"]>[0]["payload"]) {
    const { run } = yield* server.client.runs.start({ payload })
    yield* told(server, run)
    return yield* server.client.runs.show({ params: { run } })
  }
)

/** A listener that greets nobody: whoever connects waits. */
const silent = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly sockets: Set<Net.Socket> }>((resume) => {
    const sockets = new Set<Net.Socket>()
    const listener = Net.createServer((socket) => {
      sockets.add(socket)
      // Who does not read does not see the other side hang up.
      socket.resume().on("error", () => {}).on("close", () => sockets.delete(socket))
    })
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address()
      if (address !== null && typeof address === "object") {
        resume(Effect.succeed({ port: address.port, sockets, close: () => listener.close() }))
      }
    })
  }),
  (server) =>
    Effect.sync(() => {
      for (const socket of server.sockets) socket.destroy()
      ;(server as unknown as { close: () => void }).close()
    })
)

const waiting = (port: number) => ({ target: `127.0.0.1:${port}`, timeout: 30_000, deadline: 40_000 })

const until = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    effect,
    (value) => holds(value) ? Effect.succeed(value) : Effect.andThen(Effect.sleep(20), until(effect, holds))
  )

describe("runs over HTTP", () => {
  live("name cause and remedy, tell every event once and in order, and repeat no secret", () =>
    Effect.gen(function*() {
      const { asked, mailbox, tenant } = yield* simulated
      const server = yield* start()
      const off = mailbox("smtp_auth_off_mailbox")
      const taken = yield* server.client.runs.start({ payload: { ...asked(off), secret: secretOf(off.secret) } })
      assert.strictEqual(taken.state, "running")
      const events = yield* told(server, taken.run)
      assert.deepStrictEqual(events.map(({ seq }) => seq), events.map((_, index) => index + 1))
      assert.strictEqual(events[0]?.type, "run.start")
      const last = events.at(-1)
      assert.strictEqual(last?.type, "run.end")
      const report = yield* server.client.runs.show({ params: { run: taken.run.slice(0, 20) } })
      assert.deepStrictEqual(last?.type === "run.end" ? last.report : undefined, report)
      assert.strictEqual(report.verdicts[0]?.cause, "smtp_auth_disabled_mailbox")
      assert.strictEqual(tenant.state().signIns[off.address], 1)

      const everything = yield* Effect.promise(() =>
        Promise.all(
          [`/v1/runs/${taken.run}`, `/v1/runs/${taken.run}/events`, "/v1/runs", "/metrics", "/v1/server"].map((path) =>
            fetch(server.url + path).then((response) => response.text())
          )
        )
      )
      for (const form of [off.secret, btoa(off.secret), btoa(`\0${off.address}\0${off.secret}`)]) {
        assert.notInclude(everything.join("\n"), form)
      }
    }))

  live("go on by Last-Event-ID without loss or repeat, also across a restart", () =>
    Effect.gen(function*() {
      const { asked, mailbox } = yield* simulated
      const state = yield* folder
      const first = yield* start({ state })
      const off = mailbox("smtp_auth_off_mailbox")
      const { run } = yield* first.client.runs.start({ payload: { ...asked(off), secret: secretOf(off.secret) } })
      const all = yield* told(first, run)
      yield* Scope.close(first.scope, Exit.void)
      const second = yield* start({ state })
      for (const after of [0, 1, 7, all.length - 1, all.length]) {
        assert.deepStrictEqual(yield* told(second, run, after), all.slice(after), `after ${after}`)
      }
      const problem = yield* Effect.flip(told(second, run, -1))
      assert.instanceOf(problem, InvalidOption)
    }))

  live(
    "turn green when the administrator did what the remedy says, and say what changed",
    () =>
      Effect.gen(function*() {
        const { asked, mailbox, tenant } = yield* simulated
        const server = yield* start()
        const off = mailbox("smtp_auth_off_mailbox")
        const secret = secretOf(off.secret)
        const before = yield* finished(server, { ...asked(off), secret })
        const change = before.verdicts[0]?.remedies.find(({ kind }) => kind === "change")
        yield* tenant.apply(change?.command ?? "")
        const missing = yield* Effect.flip(server.client.runs.resume({ params: { run: before.run }, payload: {} }))
        assert.instanceOf(missing, InvalidOption)
        const known = (yield* told(server, before.run)).length
        yield* server.client.runs.resume({ params: { run: before.run }, payload: { secret: secretOf(off.secret) } })
        const events = yield* told(server, before.run, known)
        assert.strictEqual(events[0]?.seq, known + 1)
        const after = yield* server.client.runs.show({ params: { run: before.run } })
        assert.strictEqual(after.outcome, "pass")
        const auth = after.services[0]?.phases.find(({ id }) => id === "auth")
        assert.strictEqual(auth?.before?.state, "fail")
        const { runs } = yield* server.client.runs.list({ query: {} })
        assert.deepStrictEqual(runs.map(({ outcome, run }) => [run, outcome]), [[before.run, "pass"]])
      })
  )

  live("are listed page by page, newest first, and can be forgotten", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const { port } = yield* silent
      const runs: Array<string> = []
      for (let count = 0; count < 3; count++) {
        runs.unshift((yield* finished(server, { target: `127.0.0.1:${port}`, timeout: 100 })).run)
      }
      const one = yield* server.client.runs.list({ query: { limit: 2 } })
      assert.deepStrictEqual(one.runs.map(({ run }) => run), runs.slice(0, 2))
      const two = yield* server.client.runs.list({ query: { limit: 2, before: one.next ?? "" } })
      assert.deepStrictEqual(two.runs.map(({ run }) => run), runs.slice(2))
      assert.isUndefined(two.next)
      yield* server.client.runs.forget({ params: { run: runs[0]! } })
      const gone = yield* Effect.flip(server.client.runs.show({ params: { run: runs[0]! } }))
      assert.instanceOf(gone, NotFound)
      assert.strictEqual((yield* server.client.runs.list({ query: {} })).runs.length, 2)
    }))

  live("wait in a queue, and are refused when it is full", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* silent
      const server = yield* start({ settings: { maxRuns: 1, maxQueued: 1 } })
      const begin = server.client.runs.start({ payload: waiting(port) })
      const working = yield* begin
      const queued = yield* begin
      assert.deepStrictEqual([working.state, queued.state], ["running", "queued"])
      assert.strictEqual((yield* server.client.runs.show({ params: { run: queued.run } })).state, "queued")
      const refused = yield* Effect.flip(begin)
      assert.instanceOf(refused, TooManyRuns)
      const answer = yield* Effect.promise(() =>
        fetch(`${server.url}/v1/runs`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(waiting(port))
        })
      )
      assert.deepStrictEqual([answer.status, answer.headers.get("retry-after")], [429, "5"])
      assert.include(answer.headers.get("content-type"), "application/problem+json")
      assert.instanceOf(yield* Effect.flip(server.client.runs.forget({ params: { run: working.run } })), RunLocked)
      assert.instanceOf(
        yield* Effect.flip(server.client.runs.resume({ params: { run: working.run }, payload: {} })),
        RunLocked
      )
      yield* until(Effect.sync(() => sockets.size), (size) => size === 1)
      for (const socket of sockets) socket.destroy()
      yield* until(
        server.client.runs.show({ params: { run: queued.run } }),
        ({ state }) => state === "running" || state === "finished"
      )
    }))

  live(
    "are suspended when the server stops, hang up on the mail server, and can be resumed",
    () =>
      Effect.gen(function*() {
        const { port, sockets } = yield* silent
        const state = yield* folder
        const first = yield* start({ state, settings: { maxRuns: 2, maxQueued: 5 } })
        const runs = yield* Effect.forEach([1, 2, 3], () => first.client.runs.start({ payload: waiting(port) }))
        yield* until(Effect.sync(() => sockets.size), (size) => size === 2)
        const reader = yield* Effect.forkChild(told(first, runs[0]!.run))
        yield* Effect.sleep(50)
        const began = performance.now()
        yield* Scope.close(first.scope, Exit.void)
        assert.isBelow(performance.now() - began, 12_000)
        yield* until(Effect.sync(() => sockets.size), (size) => size === 0)
        const last = (yield* Fiber.join(reader)).at(-1)
        assert.strictEqual(last?.type === "run.end" ? last.report.state : undefined, "suspended")
        const second = yield* start({ state })
        const listed = yield* second.client.runs.list({ query: {} })
        assert.deepStrictEqual(listed.runs.map((one) => one.state), ["suspended", "suspended", "suspended"])
        for (const { run } of runs) assert.strictEqual((yield* told(second, run)).at(-1)?.type, "run.end")
        yield* second.client.runs.resume({ params: { run: runs[2]!.run }, payload: { timeout: 100 } })
        assert.strictEqual((yield* told(second, runs[2]!.run)).at(-1)?.type, "run.end")
        assert.strictEqual((yield* second.client.runs.show({ params: { run: runs[2]!.run } })).state, "finished")
      })
  )

  live("say what is wrong with a request, and where", () =>
    Effect.gen(function*() {
      const { port } = yield* silent
      const server = yield* start({ settings: { allowPrivate: false, anyPort: false } })
      const begin = (payload: Parameters<typeof server.client.runs.start>[0]["payload"]) =>
        Effect.flip(server.client.runs.start({ payload }))
      assert.instanceOf(yield* begin({ target: `127.0.0.1:${port}` }), TargetDenied)
      assert.instanceOf(yield* begin({ target: "nothing at all" }), InvalidOption)
      assert.instanceOf(yield* begin({ target: "a@b.example", wait: true }), InvalidOption)
      const body = yield* Effect.promise(() =>
        fetch(`${server.url}/v1/runs`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ target: "a@b.example", sekret: "c4n4ry" })
        }).then((response) => response.text())
      )
      assert.include(body, "sekret")
      assert.notInclude(body, "c4n4ry")
    }))

  live("of one account are a minute apart unless configured", () =>
    Effect.gen(function*() {
      const { asked, mailbox, tenant } = yield* simulated
      const server = yield* start({ settings: { signInEveryMillis: 60_000 } })
      const off = mailbox("smtp_auth_off_mailbox")
      yield* finished(server, { ...asked(off), secret: secretOf(off.secret) })
      const refused = yield* Effect.flip(
        server.client.runs.start({ payload: { ...asked(off), secret: secretOf(off.secret) } })
      )
      assert.instanceOf(refused, TooManyRuns)
      assert.strictEqual(refused instanceof TooManyRuns ? refused.error.scope : undefined, "sign-in")
      assert.strictEqual(tenant.state().signIns[off.address], 1)
    }))
})

describe("the rest of the interface", () => {
  live("shares a copy without persons and places, until it is taken back", () =>
    Effect.gen(function*() {
      const { asked, mailbox } = yield* simulated
      const server = yield* start()
      const off = mailbox("smtp_auth_off_mailbox")
      const { run } = yield* finished(server, { ...asked(off), secret: secretOf(off.secret) })
      const preview = yield* server.client.runs.preview({ params: { run } })
      const share = yield* server.client.runs.share({ params: { run }, payload: {} })
      assert.strictEqual(Math.round((Date.parse(share.expiresAt) - Date.parse(share.createdAt)) / 86_400_000), 7)
      assert.match(share.url, new RegExp(`^${server.url}/share/[0-9a-f]{40}$`, "u"))
      const answer = yield* Effect.promise(() => fetch(share.url))
      const copy = yield* Effect.promise(() => answer.text())
      assert.strictEqual(copy, preview)
      assert.include(copy, "smtp_auth_disabled_mailbox")
      for (const personal of [off.address, off.address.split("@")[0]!, "contoso.example", "127.0.0.1", off.secret]) {
        assert.notInclude(copy, personal)
      }
      assert.include(answer.headers.get("x-robots-tag"), "noindex")
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
      assert.match(answer.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-/u)
      assert.deepStrictEqual(yield* server.client.runs.shares({ params: { run } }), [share])
      yield* server.client.runs.unshare({ params: { run, share: share.id } })
      assert.strictEqual((yield* Effect.promise(() => fetch(share.url))).status, 404)
      assert.deepStrictEqual(yield* server.client.runs.shares({ params: { run } }), [])
      const again = yield* server.client.runs.share({ params: { run }, payload: { days: 1 } })
      yield* server.client.runs.forget({ params: { run } })
      assert.strictEqual((yield* Effect.promise(() => fetch(again.url))).status, 404)
    }))

  live("knows no copies of a run that there is not", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const run = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
      const missing = yield* Effect.flip(server.client.runs.shares({ params: { run } }))
      assert.instanceOf(missing, NotFound)
      assert.strictEqual(missing.error._tag, "JournalError")
    }))

  live(
    "answers 503 while the store of tokens and copies is away, and goes on when it is back",
    () =>
      Effect.gen(function*() {
        let isAway = false
        const server = yield* start({ isAway: () => isAway })
        const { run } = yield* finished(server, { target: "127.0.0.1:1", timeout: 500 })
        const share = yield* server.client.runs.share({ params: { run }, payload: {} })
        const answer = (path: string, init: RequestInit = {}) =>
          Effect.promise(async () => {
            const response = await fetch(`${server.url}${path}`, init)
            const text = await response.text()
            return {
              status: response.status,
              type: response.headers.get("content-type") ?? "",
              text,
              challenge: response.headers.get("www-authenticate")
            }
          })
        const json = { "content-type": "application/json" }
        const calls: ReadonlyArray<readonly [string, RequestInit?]> = [
          ["/v1/runs"],
          ["/v1/runs", { headers: { authorization: "Bearer sonde_x" } }],
          [`/v1/runs/${run}/share`],
          [`/v1/runs/${run}/share`, { method: "POST", body: "{}", headers: json }],
          [`/share/${share.id}`],
          ["/mcp", { method: "POST", body: "{}", headers: json }]
        ]
        isAway = true
        for (const [path, init] of calls) {
          const { challenge, status, text, type } = yield* answer(path, init)
          assert.strictEqual(status, 503, path)
          assert.include(type, "application/problem+json", path)
          assert.isNull(challenge)
          assert.include(text, "cannot be read or written", path)
          assert.notInclude(text, "is away")
        }
        isAway = false
        assert.strictEqual((yield* answer("/v1/runs")).status, 200)
        assert.strictEqual((yield* answer(`/share/${share.id}`)).status, 200)
        const wrong = yield* answer("/v1/runs", { headers: { authorization: "Bearer sonde_x" } })
        assert.deepStrictEqual([wrong.status, wrong.challenge], [401, "Bearer realm=\"sonde\""])
      })
  )

  live("explains texts and shows packs", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const text = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
      const explained = yield* server.client.knowledge.explain({ payload: { text } })
      assert.strictEqual(explained.verdicts[0]?.cause, "smtp_auth_disabled_tenant")
      const unknown = yield* server.client.knowledge.explain({ payload: { text: "the cat sat on the mat" } })
      assert.deepStrictEqual([unknown.outcome, unknown.verdicts.length], ["unknown", 0])
      const packs = yield* server.client.knowledge.packs()
      assert.includeMembers(packs.map(({ id }) => id), ["generic", "microsoft-365"])
      const page = yield* server.client.knowledge.pack({ params: { id: "microsoft365" } })
      assert.strictEqual(page.id, "microsoft-365")
      const rule = page.rules.find(({ cause }) => cause === "smtp_auth_disabled_tenant")
      assert.isAbove(rule?.when.length ?? 0, 0)
      assert.isAbove(rule?.facts.length ?? 0, 0)
      assert.instanceOf(yield* Effect.flip(server.client.knowledge.pack({ params: { id: "nobody" } })), NotFound)
    }))

  live("looks for settings, within the rates and rules of runs", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const ask = (target: string) => server.client.knowledge.discover({ payload: { target, offline: true } })
      const found = yield* ask("person@gmail.com")
      assert.deepStrictEqual(
        found.chosen.map(({ endpoint, service }) => `${service} ${endpoint.host}`).slice(0, 2),
        ["smtp-submission smtp.gmail.com", "imap imap.gmail.com"]
      )
      assert.strictEqual((yield* Effect.flip(ask("mail.example:587")))._tag, "InvalidOption")
      const limited = yield* start({ settings: { targetPerMinute: 1 } })
      const again = limited.client.knowledge.discover({ payload: { target: "gmail.com", offline: true } })
      yield* again
      assert.strictEqual((yield* Effect.flip(again))._tag, "TooManyRuns")
      const strict = yield* start({ settings: { allowPrivate: false } })
      const inside = strict.client.knowledge.discover({ payload: { target: "person@router.home.arpa" } })
      assert.strictEqual((yield* Effect.flip(inside))._tag, "TargetDenied")
    }))

  live(
    "asks the resolver that a search for settings names, where private addresses are allowed",
    () =>
      Effect.gen(function*() {
        const dns = yield* NameServer.start({
          zone: {
            "firm.example": { mx: [[10, "mx.example"]] },
            "_imaps._tcp.firm.example": { srv: [[0, 1, 993, "imap.firm.example"]] }
          }
        })
        const server = yield* start()
        const found = yield* server.client.knowledge.discover({
          payload: { target: "me@firm.example", dns: dns.server }
        })
        assert.deepStrictEqual(found.chosen.map(({ endpoint, source }) => `${source} ${endpoint.host}`), [
          "srv imap.firm.example"
        ])
        assert.include(dns.asked, "SRV _imaps._tcp.firm.example")
        const strict = yield* start({ settings: { allowPrivate: false } })
        const refused = yield* Effect.flip(
          strict.client.knowledge.discover({ payload: { target: "me@firm.example", dns: dns.server } })
        )
        assert.deepInclude(refused, { _tag: "InvalidOption" })
      })
  )

  live("probes for Prometheus and keeps no journal of it", () =>
    Effect.gen(function*() {
      const { port } = yield* silent
      const server = yield* start()
      const text = yield* Effect.promise(() =>
        fetch(`${server.url}/probe?service=smtp-submission&target=127.0.0.1:${port}`, {
          headers: { "x-prometheus-scrape-timeout-seconds": "1.5" }
        }).then((response) => response.text())
      )
      assert.match(text, /^probe_success 0$/mu)
      assert.deepStrictEqual((yield* server.client.runs.list({ query: {} })).runs, [])
    }))

  live("wants a token where it is told to, on every route but health, share and page", () =>
    Effect.gen(function*() {
      const server = yield* start({ token: "right", settings: { requireToken: true } })
      const status = (path: string, headers: Record<string, string> = {}, method = "GET") =>
        Effect.promise(() => fetch(server.url + path, { method, headers }).then((response) => response.status))
      for (
        const path of [
          "/v1/runs",
          "/v1/packs",
          "/metrics",
          "/probe?target=a@b.example",
          "/v1/server",
          "/v1/runs/x/events"
        ]
      ) {
        assert.strictEqual(yield* status(path), 401, path)
        assert.strictEqual(yield* status(path, { authorization: "Bearer wrong" }), 401, path)
        assert.strictEqual(yield* status(path, { cookie: "token=right" }), 401, path)
        assert.notStrictEqual(yield* status(path, { authorization: "Bearer right" }), 401, path)
      }
      assert.strictEqual(yield* status("/mcp", {}, "POST"), 401)
      for (const path of ["/healthz", "/readyz", "/", "/docs", "/openapi.json"]) {
        assert.strictEqual(yield* status(path), 200, path)
      }
      assert.strictEqual((yield* server.client.system.server()).client, "operator")
      const stranger = yield* Effect.promise(() => fetch(`${server.url}/v1/runs`))
      assert.match(stranger.headers.get("www-authenticate") ?? "", /^Bearer/u)
      assert.instanceOf(new Unauthorized({ detail: "", error: { _tag: "Unauthorized" } }), Unauthorized)
    }))

  live("gives assistants the same runs, with secrets by source alone", () =>
    Effect.gen(function*() {
      const { mailbox, tenant } = yield* simulated
      const off = mailbox("smtp_auth_off_mailbox")
      const server = yield* start({
        sources: { "env:PW": off.secret },
        settings: { sources: [{ target: "*", source: "env:PW" }] }
      })
      const client = new McpClient({ name: "test", version: "1.0.0" })
      const heard: Array<string> = []
      yield* Effect.promise(() => client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`))))
      const call = (name: string, args: Record<string, unknown>) =>
        Effect.promise(() => client.callTool({ name, arguments: args })).pipe(
          Effect.map((answer) => {
            heard.push(JSON.stringify(answer))
            return heard.at(-1)!
          })
        )
      const answer = yield* call("check", {
        target: off.address,
        host: "127.0.0.1",
        port: tenant.smtp.port,
        secret_source: "env:PW"
      })
      // The certificate is of the simulator's own authority, which an assistant cannot add.
      assert.include(answer, "cert_")
      const { runs } = yield* server.client.runs.list({ query: {} })
      assert.strictEqual(runs.length, 1)
      assert.include(yield* call("show", { run: runs[0]!.run }), runs[0]!.run)
      assert.include(yield* call("explain", { text: "535 5.7.8 Bad credentials" }), "verdicts")
      assert.include(yield* call("check", { target: off.address, secret_source: "env:OTHER" }), "not allowed")
      assert.notInclude(heard.join("\n"), off.secret)
      yield* Effect.promise(() => client.close())
    }))

  live("describes itself, with a reference that loads nothing from elsewhere", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const get = (path: string) =>
        Effect.promise(() =>
          fetch(server.url + path).then(async (response) => ({ response, text: await response.text() }))
        )
      const { text } = yield* get("/openapi.json")
      const document = JSON.parse(text)
      assert.includeMembers(Object.keys(document.paths), [
        "/v1/runs",
        "/v1/runs/{run}/events",
        "/v1/explain",
        "/share/{id}",
        "/probe"
      ])
      const page = yield* get("/docs")
      assert.notMatch(page.text, /<script>|https?:\/\//u)
      const scripts = [...page.text.matchAll(/<script src="([^"]+)">/gu)].map(([, src]) => src!)
      assert.strictEqual(scripts.length, 2)
      for (const src of scripts) assert.strictEqual((yield* get(src)).response.status, 200)
      assert.strictEqual((yield* get("/docs/2.js")).response.status, 404)
    }))

  live("takes nothing on any more while it stops", () =>
    Effect.gen(function*() {
      const { port } = yield* silent
      const server = yield* start({ settings: { graceMillis: 2000 } })
      yield* server.client.runs.start({ payload: waiting(port) })
      const closing = yield* Effect.forkChild(Scope.close(server.scope, Exit.void), { startImmediately: true })
      const problem = yield* Effect.flip(server.client.runs.start({ payload: waiting(port) }))
      // The listener may be closed already, which is the same to a client that asks again.
      assert.isTrue(problem instanceof Stopping || problem._tag === "HttpClientError", String(problem))
      yield* Fiber.join(closing)
    }))
})
