/** What is noticed of a client secret before it is sent, and never a part of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./CanaryCommand.ts"
import { assertNone } from "./CanaryTraces.ts"

const closedPort = Effect.promise(() =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
)

describe("the form of a client secret", () => {
  it.live.each<readonly [secret: string, told: RegExp | undefined]>([
    [" canary-7f3aQ~xyz", /--client-secret begins or ends with white space, which counts/],
    ["6f9619ff-8b86-4011-b42d-00cf4fc964ff", /has the form of an id: Microsoft wants the Value/],
    ["canary\u20137f3aQ~xyz", /holds characters that look like others/],
    ["canary\u200b7f3aQ~xyz", /holds a character that is not to be seen/],
    ["canäry-7f3aQ~xyz", /holds characters outside ASCII/],
    ["canary-7f3aQ~xyz.ABC", undefined]
  ])("is told where it is odd: %#", ([secret, told]) =>
    Effect.gen(function*() {
      const state = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-form-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const port = yield* closedPort
      const left = yield* Effect.promise(() =>
        sonde([
          "token",
          "get",
          "daemon@contoso.example",
          "--provider",
          "microsoft-365",
          "--connect-to",
          `login.microsoftonline.com:443:127.0.0.1:${port}`,
          "--token",
          "client-credentials",
          "--client-id",
          "x",
          "--client-secret",
          "env:CS",
          "--state",
          state
        ], { CS: secret })
      )
      assert.strictEqual(left.code, 69, left.err)
      if (told === undefined) assert.notInclude(left.err, "--client-secret")
      else assert.match(left.err, told)
      assertNone("outputs", left.out + left.err, secret.trim())
    }).pipe(Effect.scoped), 60_000)
})
