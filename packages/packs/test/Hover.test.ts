import { assert, describe, it } from "@effect/vitest"
import { jsonSchema } from "@sonde/packs/Pack"

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Every key that the schema allows, by its path, with what editors show of it. */
const keys = (value: unknown, path = ""): ReadonlyArray<readonly [string, unknown]> => {
  if (Array.isArray(value)) return value.flatMap((one) => keys(one, path))
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, one]) => {
    if (key !== "properties" || !isRecord(one)) return keys(one, `${path}/${key}`)
    return Object.entries(one).flatMap(([name, property]) => [
      [`${path}.${name}`, isRecord(property) ? property["description"] : undefined] as const,
      ...keys(property, `${path}.${name}`)
    ])
  })
}

describe("the JSON Schema of packs", () => {
  const found = keys(jsonSchema())

  it("describes every key for the hover of an editor", () => {
    assert.isAbove(found.length, 150)
    assert.deepStrictEqual(found.filter(([, text]) => typeof text !== "string" || text.length < 8), [])
  })

  it.each([
    ["/$defs/Rule.when", "all conditions must hold"],
    ["/$defs/Rule.cause", "sonde packs causes"],
    ["/$defs/When.text", "Literal text"],
    ["/$defs/Remedy.undo", "takes the change back"],
    ["/$defs/Pack.reviewBy", "read the sources again"]
  ])("says at %s: %s", (path, text) => {
    const said = found.find(([place]) => place === path)?.[1]
    assert.include(`${said}`, text)
  })

  it("keeps descriptions beside what they describe", () => {
    assert.notInclude(JSON.stringify(jsonSchema()), "\"allOf\":[{\"description\"")
  })
})
