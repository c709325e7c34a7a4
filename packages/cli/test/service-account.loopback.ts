/** A Google service account at the simulated Gmail: delegated and green, each refusal of Google, and each file that is none. */
import { assert, describe, it } from "@effect/vitest"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as GmailWorld from "@sonde/simulator/GmailWorld"
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./CanaryCommand.ts"
import { assertNone, filesIn } from "./CanaryTraces.ts"
import { issuer } from "./SignedJwt.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-service-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const mailer = issuer()
const disabled = "off@fake-project.iam.gserviceaccount.com"

const world = GmailWorld.decode({
  ...GmailWorld.builtIn,
  serviceAccounts: [
    ...GmailWorld.builtIn.serviceAccounts,
    {
      email: "known@fake-project.iam.gserviceaccount.com",
      publicKey: mailer.publicKey,
      delegations: [{ domain: "workspace.example", scopes: ["https://www.googleapis.com/auth/gmail.send"] }]
    },
    { email: disabled, publicKey: mailer.publicKey, enabled: false }
  ]
})

const check = Effect.fnUntraced(function*(
  running: GmailSimulator.Running,
  state: string,
  keyFile: string,
  mailbox = "ops@workspace.example"
) {
  const { ca, connectTo } = running.announcement
  return yield* Effect.promise(() =>
    sonde([
      "check",
      mailbox,
      "--provider",
      "gmail",
      "--ca",
      ca,
      ...connectTo.flatMap((pin) => ["--connect-to", pin]),
      "--token",
      "service-account",
      "--service-account",
      keyFile,
      "--state",
      state,
      "--json"
    ])
  )
})

interface Row {
  readonly title: string
  readonly email: string
  readonly key?: string
  readonly mailbox?: string
  readonly error: string
  readonly cause: string
}

const made = (name: string) => `${name}@fake-project.iam.gserviceaccount.com`

const rows: ReadonlyArray<Row> = [
  {
    title: "no delegation of the domain",
    email: made("known"),
    mailbox: "leo@gmail.example",
    error: "unauthorized_client",
    cause: "oauth_delegation_missing"
  },
  {
    title: "a delegation without the scope of mail",
    email: made("known"),
    error: "unauthorized_client",
    cause: "oauth_delegation_missing"
  },
  {
    title: "a key that Google does not have",
    email: made("mailer"),
    error: "invalid_grant",
    cause: "oauth_assertion_invalid"
  },
  { title: "an account that was deleted", email: made("gone"), error: "invalid_grant", cause: "oauth_client_unknown" },
  { title: "an account that is disabled", email: disabled, error: "disabled_client", cause: "oauth_client_unknown" }
]

describe("--token service-account", () => {
  it.live(
    "opens a mailbox that is delegated to it, and leaves nothing of key and assertion",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const running = yield* GmailSimulator.start({})
        const state = join(yield* folder, "state")
        const keyFile = running.announcement.serviceAccounts[0]?.keyFile ?? ""
        const left = yield* check(running, state, keyFile)
        assert.strictEqual(left.code, 0, left.out + left.err)
        const { private_key: key } = JSON.parse(readFileSync(keyFile, "utf8"))
        const body = String(key).split("\n").slice(1, -2).join("")
        assertNone("outputs", left.out + left.err, body)
        assertNone("the state folder", filesIn(state), body)
        assert.include(left.out, "assertion=‹secret›")
        const phases = JSON.parse(left.out).services.flatMap(({ phases: all }: { readonly phases: object }) => all)
        const token = phases.find(({ id }: { readonly id: string }) => id === "token")
        assert.deepInclude(token.facts, { source: "service-account", scope: "https://mail.google.com/" })
      })),
    60_000
  )

  for (const { cause, email, error, mailbox, title } of rows) {
    it.live(`names ${title}`, () =>
      Effect.scoped(Effect.gen(function*() {
        const running = yield* GmailSimulator.start({ world: yield* world })
        const dir = yield* folder
        const path = join(dir, "key.json")
        writeFileSync(
          path,
          JSON.stringify({ type: "service_account", client_email: email, private_key: mailer.privateKey })
        )
        const left = yield* check(running, join(dir, "state"), path, mailbox)
        assert.strictEqual(left.code, 77, left.out + left.err)
        const report = JSON.parse(left.out)
        const found = report.services
          .flatMap(({ phases }: { readonly phases: ReadonlyArray<{ readonly error?: object }> }) => phases)
          .find(({ error: one }: { readonly error?: object }) => one !== undefined)?.error
        assert.strictEqual(found?.error, error)
        assert.deepInclude(report.verdicts[0], { cause, service: "token", phase: "token" })
      })), 60_000)
  }

  it.live("names a user who does not exist, and a clock that is wrong", () =>
    Effect.scoped(Effect.gen(function*() {
      const dir = yield* folder
      const running = yield* GmailSimulator.start({})
      const [account] = running.announcement.serviceAccounts
      const left = yield* check(running, join(dir, "a"), account?.keyFile ?? "", "nobody@workspace.example")
      assert.strictEqual(JSON.parse(left.out).verdicts[0]?.cause, "user_not_found", left.err)
      const late = yield* GmailSimulator.start({ now: () => Date.now() + 3_600_000 })
      const again = yield* check(late, join(dir, "b"), late.announcement.serviceAccounts[0]?.keyFile ?? "")
      const [verdict] = JSON.parse(again.out).verdicts
      assert.strictEqual(verdict?.cause, "oauth_assertion_invalid")
      assert.match(verdict?.explanation, /clock of this machine/)
    })), 60_000)

  it.live("says of each file that is no key what it is, and none of it", () =>
    Effect.scoped(Effect.gen(function*() {
      const dir = yield* folder
      const canary = "Canary-9fK2xQ7vLm3z"
      const files: ReadonlyArray<readonly [content: string, problem: RegExp]> = [
        [canary, /is no JSON: make a JSON key/],
        [JSON.stringify([canary]), /is no JSON object/],
        [JSON.stringify({ private_key: canary }), /has no client_email/],
        [JSON.stringify({ client_email: "a@b.example", x: canary }), /has no private_key/],
        [JSON.stringify({ client_email: "a@b.example", private_key: canary }), /has a private_key that cannot sign/],
        [JSON.stringify({ installed: { client_secret: canary } }), /is the client file of a desktop program/],
        [
          JSON.stringify({ type: "authorized_user", refresh_token: canary }),
          /is the sign-in of a person: use --token refresh-token/
        ],
        [JSON.stringify({ type: "external_account", credential_source: canary }), /workload identity and holds no key/]
      ]
      const base = ["check", "a@workspace.example", "--provider", "gmail", "--state", join(dir, "state")]
      const argv = [...base, "--token", "service-account", "--service-account"]
      for (const [at, [content, problem]] of files.entries()) {
        const path = join(dir, `${at}.json`)
        writeFileSync(path, content)
        const left = yield* Effect.promise(() => sonde([...argv, path]))
        assert.strictEqual(left.code, 66, left.err)
        assert.match(left.err, problem)
        assert.include(left.err, path)
        assertNone(path, left.out + left.err, canary)
      }
      const absent = yield* Effect.promise(() => sonde([...argv, join(dir, "absent.json")]))
      assert.strictEqual(absent.code, 66)
      assert.match(absent.err, /--service-account: the file .*absent\.json"? does not exist: check the path/)
      const without = yield* Effect.promise(() => sonde([...base, "--token", "service-account"]))
      assert.strictEqual(without.code, 64)
      assert.match(without.err, /--service-account is missing: add --service-account PATH/)
    })), 60_000)
})
