/** The help of `sonde token get`, as people see it. */
import { assert, describe, it } from "@effect/vitest"
import * as Flags from "@sonde/cli/Flags"
import { start } from "./sonde.ts"

describe("sonde token get --help", () => {
  it("lists the flags that act there, and no other", async () => {
    const { code, out } = await start(["token", "get", "--help"], { NO_COLOR: "1" }).done
    assert.strictEqual(code, 0)
    const own = Object.keys({ ...Flags.obtain, ...Flags.places })
      .map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
    const [, flags = ""] = /\nFLAGS\n([^]*?)\nGLOBAL FLAGS\n/.exec(out) ?? []
    const listed = [...flags.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name]) => name)
    assert.sameMembers(listed, [...own, "--for", "--json", "--exit-codes"])
    for (const name of ["--ehlo", "--deliver", "--secret", "--auth", "--tls-certificate", "--only"]) {
      assert.notInclude(listed, name)
    }
  }, 30_000)
})
