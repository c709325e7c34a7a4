/** A token of another issuer in place of a client secret, at the simulated sign-in service: green, and each way to fail. */
import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Worlds from "@sonde/simulator/Worlds"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./CanaryCommand.ts"
import { assertNone, filesIn } from "./CanaryTraces.ts"
import { issuer } from "./SignedJwt.ts"

const client = "6b1f0c52-0000-4000-8000-00000000a001"
const known = {
  iss: "https://token.actions.example",
  sub: "repo:contoso/mail:ref:refs/heads/main",
  aud: "api://AzureADTokenExchange"
}
const trusted = issuer()

/** The built-in world, whose printer service trusts the issuer and has no secret any more. */
const world = World.decode({
  ...Worlds.microsoft365,
  tenants: Worlds.microsoft365.tenants.map((tenant) => ({
    ...tenant,
    ...("applications" in tenant
      ? {
        applications: tenant.applications.map((application) => ({
          ...application,
          ...(application.appId === client
            ? {
              secrets: [],
              federatedCredentials: [{ issuer: known.iss, subject: known.sub, publicKey: trusted.publicKey }]
            }
            : {})
        }))
      }
      : {})
  }))
})

const now = Math.floor(Date.now() / 1000)
const claims = (more: object = {}) => ({ ...known, iat: now, exp: now + 600, ...more })

interface Row {
  readonly title: string
  readonly assertion: string
  readonly code: number
  readonly providerCode?: string
  readonly verdict?: RegExp
}

const rows: ReadonlyArray<Row> = [
  { title: "signs in with the token that the registration trusts", assertion: trusted.jwt(claims()), code: 0 },
  {
    title: "names another issuer",
    assertion: trusted.jwt(claims({ iss: "https://other.example" })),
    code: 77,
    providerCode: "AADSTS700211",
    verdict: /does not trust the token/
  },
  {
    title: "names another audience",
    assertion: trusted.jwt(claims({ aud: "sts.example" })),
    code: 77,
    providerCode: "AADSTS700212",
    verdict: /does not trust the token/
  },
  {
    title: "names another subject",
    assertion: trusted.jwt(claims({ sub: "repo:contoso/mail:pull_request" })),
    code: 77,
    providerCode: "AADSTS700213",
    verdict: /does not trust the token/
  },
  {
    title: "names a subject in other letters",
    assertion: trusted.jwt(claims({ sub: "repo:Contoso/mail:ref:refs/heads/main" })),
    code: 77,
    providerCode: "AADSTS7002138",
    verdict: /upper and lower case/
  },
  {
    title: "names a token out of its time",
    assertion: trusted.jwt(claims({ iat: now - 7200, exp: now - 3600 })),
    code: 77,
    providerCode: "AADSTS700024"
  },
  { title: "names a foreign signature", assertion: issuer().jwt(claims()), code: 77, providerCode: "AADSTS700027" },
  { title: "names what is no token", assertion: "canary-is-no-token", code: 77, providerCode: "AADSTS50027" }
]

describe("--client-assertion", () => {
  for (const { assertion, code, providerCode, title, verdict } of rows) {
    it.live(title, () =>
      Effect.gen(function*() {
        const running = yield* Simulator.start({ world: yield* world })
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-federated-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        )
        const path = join(folder, "assertion")
        writeFileSync(path, `${assertion}\n`)
        const argv = [
          "check",
          "daemon@contoso.example",
          "--provider",
          "microsoft-365",
          "--ca",
          running.ca,
          ...running.connectTo.flatMap((pin) => ["--connect-to", pin]),
          "--token",
          "client-credentials",
          "--client-id",
          client,
          "--tenant",
          "contoso.example",
          "--state",
          join(folder, "state"),
          "--json",
          "--client-assertion"
        ]
        const left = yield* Effect.promise(() => sonde([...argv, `file:${path}`]))
        assert.strictEqual(left.code, code, left.out + left.err)
        const report = JSON.parse(left.out)
        const error = report.services
          .flatMap(({ phases }: { readonly phases: ReadonlyArray<{ readonly error?: object }> }) => phases)
          .find(({ error: found }: { readonly error?: object }) => found !== undefined)?.error
        assert.strictEqual(error?.providerCode, providerCode)
        if (verdict !== undefined) {
          assert.strictEqual(report.verdicts[0]?.cause, "oauth_assertion_invalid")
          assert.match(report.verdicts[0]?.title, verdict)
        }
        assertNone("outputs", left.out + left.err, assertion)
        assertNone("the state folder", filesIn(join(folder, "state")), assertion)
      }).pipe(Effect.scoped), 60_000)
  }

  it.live("goes with no other proof, and with no device", () =>
    Effect.gen(function*() {
      const argv = ["check", "a@contoso.example", "--client-id", "x", "--client-assertion", "env:A"]
      const env = { A: "a", B: "b" }
      const both = yield* Effect.promise(() =>
        sonde([...argv, "--token", "client-credentials", "--client-secret", "env:B"], env)
      )
      assert.strictEqual(both.code, 64)
      assert.match(both.err, /--client-assertion and --client-secret were both given/)
      const device = yield* Effect.promise(() => sonde([...argv, "--token", "device-code"], env))
      assert.strictEqual(device.code, 64)
      assert.match(device.err, /--client-assertion does not go with --token device-code/)
    }), 60_000)
})
