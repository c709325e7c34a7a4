import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { securityHeaders } from "./Fake.ts"

const perimeter = readFileSync(new URL("../../http-server/src/Perimeter.ts", import.meta.url), "utf8")

describe("the server of the tests", () => {
  it("sends the content security policy of the real one", () => {
    const list = /contentSecurityPolicy = \[(.*?)\]\.join\("; "\)/s.exec(perimeter)?.[1] ?? ""
    const directives = Array.from(list.matchAll(/"([^"]+)"/g), ([, directive]) => directive)
    assert.isNotEmpty(directives)
    assert.strictEqual(securityHeaders["content-security-policy"], directives.join("; "))
  })

  it("sends the other headers of the real one", () => {
    const block = /securityHeaders: [^=]+= \{(.*?)\n\}/s.exec(perimeter)?.[1] ?? ""
    const headers = Object.fromEntries(
      Array.from(block.matchAll(/"([\w-]+)": "([^"]+)"/g), ([, name = "", value = ""]) => [name, value] as const)
    )
    const { "content-security-policy": _, ...others } = securityHeaders
    assert.deepStrictEqual(others, headers)
  })
})
