import { assert, describe, it } from "@effect/vitest"
import * as Knowledge from "@sonde/packs/Knowledge"
import { restore, ruleAt, ruleCount, store, type Stored } from "@sonde/packs/Stored"
import { pack, rule } from "./fixtures.ts"

const keep = (given: ReturnType<typeof pack>): Stored => JSON.parse(JSON.stringify(store(given)))

describe("a pack that was kept", () => {
  const given = pack({ rules: [rule("a", { when: { text: "no \"quotes\"\nno lines" } }), rule("b"), rule("c")] })

  it("is the pack", () => {
    assert.deepStrictEqual({ ...restore(keep(given)) }, given)
    assert.deepStrictEqual(Object.keys(restore(keep(given))), Object.keys(given))
    const { rules: _, ...bare } = given
    assert.deepStrictEqual(restore(keep(bare)), bare)
  })

  it("parses a rule once, whichever way it is asked", () => {
    const restored = restore(keep(given))
    const second = ruleAt(restored, 1)
    assert.strictEqual(second?.id, "b")
    assert.strictEqual(restored.rules?.[1], second)
    assert.strictEqual(ruleAt(restored, 1), second)
    assert.strictEqual(restored.rules, restored.rules)
  })

  it("parses no rule that is not asked", () => {
    const restored = restore({ ...keep(given), rules: ["{", JSON.stringify(rule("b"))] })
    assert.strictEqual(ruleCount(restored), 2)
    assert.doesNotThrow(() => Knowledge.make([restored]))
    assert.strictEqual(ruleAt(restored, 1)?.id, "b")
    assert.throws(() => restored.rules, SyntaxError)
  })

  it("has no rule beyond its last, as another pack", () => {
    for (const one of [restore(keep(given)), given]) {
      assert.strictEqual(ruleAt(one, 2)?.id, "c")
      assert.isUndefined(ruleAt(one, 3))
      assert.strictEqual(ruleCount(one), 3)
    }
  })
})
