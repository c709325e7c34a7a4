/** A folder for the command to work in, with the anchor that the servers of the test are trusted by. */
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The folder, and the path of the anchor in it, for `--ca`. It is gone with the scope. */
export const home = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-home-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const ca = join(folder, "ca.pem")
  writeFileSync(ca, (yield* Effect.promise(TestCa.testCa)).ca)
  return { folder, ca }
})
