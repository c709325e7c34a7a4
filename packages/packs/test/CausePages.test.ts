import { assert, describe, it } from "@effect/vitest"
import { all, type Cause, meanings } from "@sonde/domain/Cause"
import * as CausePages from "@sonde/packs/CausePages"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { renderCauses } from "../scripts/render-causes.ts"

const root = new URL("../", import.meta.url)
const sources = readdirSync(new URL("causes/", root))
  .filter((name) => name.endsWith(".yaml"))
  .sort()
  .map((name) => ({
    path: `packages/packs/causes/${name}`,
    text: readFileSync(new URL(`causes/${name}`, root), "utf8")
  }))
const good = `a_b:
  means: Something.
  neighbours: [{ cause: bad_credentials, tell: Look. }]
  todo: { actor: user, look: Look., change: Change. }
`

/** Every sentence of a page with its place. */
const texts = (id: Cause, page: CausePages.Page): ReadonlyArray<readonly [place: string, text: string]> => [
  [`${id}.means`, page.means],
  [`${id}.todo.look`, page.todo.look],
  [`${id}.todo.change`, page.todo.change],
  ...page.neighbours.map(({ cause, tell }) => [`${id} or ${cause}`, tell] as const)
]

describe("the pages of causes", () => {
  it("are written by scripts/generate.ts from causes without errors", () => {
    const rendered = renderCauses(sources)
    assert.deepStrictEqual(rendered.errors, [])
    for (const [path, text] of rendered.files) {
      assert.strictEqual(
        readFileSync(new URL(path, root), "utf8"),
        text,
        "run node packages/packs/scripts/generate.ts"
      )
    }
  })

  it.effect("are there for every cause, in the order of the list, and have the form of a page", () =>
    Effect.gen(function*() {
      const pages = yield* CausePages.pages
      assert.deepStrictEqual(Object.keys(pages), [...all])
      const isPage = Schema.is(CausePages.Page)
      assert.deepStrictEqual(all.filter((id) => !isPage(pages[id])), [])
      assert.deepStrictEqual(yield* CausePages.of("mail_loop"), {
        id: "mail_loop",
        meaning: meanings.mail_loop,
        ...pages.mail_loop
      })
    }))

  it.effect("name other causes as neighbours, each once, and are mostly named by them", () =>
    Effect.gen(function*() {
      const pages = yield* CausePages.pages
      let mutual = 0
      let count = 0
      for (const id of all) {
        const near = pages[id].neighbours.map(({ cause }) => cause)
        assert.notInclude(near, id)
        assert.strictEqual(new Set(near).size, near.length, id)
        count += near.length
        mutual += near.filter((other) => pages[other].neighbours.some(({ cause }) => cause === id)).length
      }
      assert.isAbove(mutual / count, 0.85)
    }))

  it.effect("say something of their own in every text: whole sentences, none twice", () =>
    Effect.gen(function*() {
      const pages = yield* CausePages.pages
      const seen = new Map<string, string>()
      for (const [place, text] of all.flatMap((id) => texts(id, pages[id]))) {
        assert.match(text, /^\S.{15,}\S$/u, place)
        assert.isFalse(seen.has(text), `${place} repeats ${seen.get(text)}`)
        seen.set(text, place)
      }
      for (const id of all) {
        const sentences = pages[id].means.split(/[.!?](?: |$)/u).filter((part) => part !== "")
        assert.isTrue(sentences.length >= 1 && sentences.length <= 4, id)
        assert.notStrictEqual(pages[id].means, meanings[id])
      }
    }))

  it.effect("cite RFCs of the index", () =>
    Effect.gen(function*() {
      const pages = yield* CausePages.pages
      const index: object = JSON.parse(readFileSync(new URL("../../scripts/rfc-index.json", root), "utf8"))
      const cited = all.flatMap((id) => pages[id].sources ?? []).map((source) => source.split(" ")[1] ?? "")
      assert.isAbove(cited.length, 50)
      assert.deepStrictEqual(cited.filter((rfc) => !Object.hasOwn(index, rfc)), [])
    }))

  it.each<[string, string, RegExp]>([
    ["an id that is no cause", good, /there is no cause "a_b"/],
    ["a neighbour that is no cause", good.replace("a_b", "mail_loop").replace("bad_credentials", "nobody"), /cause/],
    ["an empty text", good.replace("a_b", "mail_loop").replace("Something.", "\"\""), /means/],
    ["a key too many", `${good.replace("a_b", "mail_loop")}  more: 1\n`, /more/],
    ["no YAML", "a: [", /not readable as YAML/]
  ])("are refused with %s", (_, text, expected) => {
    const { errors } = renderCauses([{ path: "x.yaml", text }])
    assert.match(errors.join("\n"), expected)
    assert.match(errors[0] ?? "", /^x\.yaml: /)
  })

  it("are refused where a cause has two pages or none", () => {
    const one = good.replace("a_b", "mail_loop")
    assert.match(
      renderCauses([{ path: "x.yaml", text: one }, { path: "y.yaml", text: one }]).errors.join("\n"),
      /y\.yaml: "mail_loop" has a page already/
    )
    assert.include(
      renderCauses([{ path: "x.yaml", text: one }]).errors,
      "packages/packs/causes: \"bad_credentials\" has no page; add one to the file of its group"
    )
  })
})
