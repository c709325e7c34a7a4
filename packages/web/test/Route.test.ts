import { assert, describe, it } from "@effect/vitest"
import { fromPath, type Route, toPath } from "@sonde/web/Route"
import * as Theme from "@sonde/web/Theme"

const rows: ReadonlyArray<readonly [string, Route]> = [
  ["/", { view: "start" }],
  ["/runs", { view: "runs" }],
  ["/explain", { view: "explain" }],
  ["/packs", { view: "packs" }],
  ["/discover", { view: "discover" }],
  ["/discover/me%40b.example", { view: "discover", target: "me@b.example" }],
  ["/runs/01JDK7", { view: "run", run: "01JDK7" }],
  ["/packs/microsoft-365", { view: "pack", id: "microsoft-365" }],
  ["/packs/a%2Fb%20c", { view: "pack", id: "a/b c" }],
  ["/diff/01JDK7/01JDM2", { view: "diff", before: "01JDK7", after: "01JDM2" }]
]

describe("fromPath", () => {
  for (const [path, route] of rows) {
    it(`reads ${path} and writes it`, () => {
      assert.deepStrictEqual(fromPath(path), route)
      assert.strictEqual(toPath(route), path)
    })
  }

  it("takes a slash at the end for nothing", () => {
    assert.deepStrictEqual(fromPath("/runs/"), { view: "runs" })
    assert.deepStrictEqual(fromPath("/runs/01JDK7/"), { view: "run", run: "01JDK7" })
  })

  it("takes a percent sign that begins no escape for itself", () => {
    assert.deepStrictEqual(fromPath("/packs/100%"), { view: "pack", id: "100%" })
  })

  for (const path of ["/run", "/runs/a/b", "/diff/a", "/diff/a/b/c", "/explain/x", "/__proto__", "/toString"]) {
    it(`knows no view for ${path}`, () => assert.deepStrictEqual(fromPath(path), { view: "missing" }))
  }
})

describe("themes", () => {
  it("come round in a circle", () => {
    assert.deepStrictEqual(["system", "light", "dark"].map((theme) => Theme.next(theme as Theme.Theme)), [
      "light",
      "dark",
      "system"
    ])
  })
})
