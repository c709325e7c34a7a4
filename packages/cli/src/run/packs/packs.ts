/** `sonde packs list`, `show`, `lint`, `test`, and `causes`. */
import * as Cause from "@sonde/domain/Cause"
import type { LintFinding } from "@sonde/packs/Lint"
import type * as Pack from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import * as Escape from "@sonde/report/Escape"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { missing, Stop } from "../../Failure.ts"
import * as Files from "../../Files.ts"
import type * as Flags from "../../Flags.ts"
import * as PackFiles from "../../PackFiles.ts"
import { json, quoted } from "../../Print.ts"
import { note, Screen } from "../../Screen.ts"
import { page } from "./page.ts"

type Places = Pick<Flags.Parsed<typeof Flags.places>, "pack" | "packs">

const known = Effect.fnUntraced(function*(input: Places) {
  const packs = yield* PackFiles.all(input)
  return yield* Effect.provide(Packs, Packs.layerWith(packs))
})

const print = Effect.fnUntraced(function*(document: unknown) {
  const screen = yield* Screen
  yield* screen.out(json(document, true))
})

/** All packs, by id. */
export const list = Effect.fnUntraced(function*(input: Places & { readonly json: boolean }) {
  const screen = yield* Screen
  const { summaries } = yield* known(input)
  if (input.json) {
    return yield* print(summaries.map(({ aliases, id, kind, name, version }) => ({ id, name, kind, version, aliases })))
  }
  yield* screen.out(
    summaries.map((pack) =>
      screen.stdout.isTerminal
        ? `${pack.id.padEnd(20)} ${pack.kind.padEnd(10)} ${pack.version.padEnd(12)} ${pack.name}\n`
        : [pack.id, pack.kind, pack.version, pack.name].join("\t") + "\n"
    ).join("")
  )
})

/** One pack as a page for people; with `--json` as it stands. */
export const show = Effect.fnUntraced(function*(input: Places & { readonly id: string; readonly json: boolean }) {
  const screen = yield* Screen
  const packs = yield* known(input)
  const pack = yield* packs.get(input.id)
  if (pack === undefined) {
    return yield* missing(
      `there is no pack ${quoted(input.id)}`,
      `there are ${packs.summaries.map(({ id }) => id).join(", ")}`
    )
  }
  if (input.json) return yield* print(pack)
  yield* screen.out(page(pack))
})

/** The files that were named, or those of `--packs`. */
const filesOf = Effect.fnUntraced(function*(files: ReadonlyArray<string>, folder: string | undefined) {
  return [...files, ...(folder === undefined ? [] : yield* Files.yamlFiles("--packs", folder))]
})

const shown = (finding: Omit<LintFinding, "path">): string => {
  const place = finding.line === undefined ? "" : `:${finding.line}:${finding.column ?? 1}`
  const at = finding.at === "" ? "" : `${finding.at}: `
  return `${finding.file}${place}: ${finding.level}: ${at}${Escape.line(finding.message)} (${finding.check})\n`
}

/** Checks packs for form, dates and rules that cannot work. Status 78 where there are errors. */
export const lint = Effect.fnUntraced(function*(
  input: { readonly files: ReadonlyArray<string>; readonly packs: string | undefined }
) {
  const screen = yield* Screen
  const [Lint, Yaml] = yield* Effect.promise(() =>
    Promise.all([import("@sonde/packs/Lint"), import("@sonde/packs/Yaml")])
  )
  const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
  const files = yield* filesOf(input.files, input.packs)
  const findings: Array<Omit<LintFinding, "path">> = []
  if (files.length === 0) {
    const packs = yield* Effect.provide(Packs, Packs.layer)
    for (const { id } of packs.summaries) {
      const pack = yield* packs.get(id)
      if (pack !== undefined) findings.push(...Lint.lint(pack, { today, file: id }))
    }
  }
  for (const file of files) {
    const decoded = Yaml.fromText(yield* Files.text("the pack", file), file)
    if (Result.isSuccess(decoded)) findings.push(...Lint.lint(decoded.success, { today, file }))
    else {findings.push(
        ...decoded.failure.issues.map((issue) => ({ ...issue, file, check: "form", level: "error" as const }))
      )}
  }
  yield* screen.out(findings.map(shown).join(""))
  const errors = findings.filter(({ level }) => level === "error").length
  const warnings = findings.length - errors
  yield* note(`${errors} ${errors === 1 ? "error" : "errors"}, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`)
  if (errors > 0) return yield* new Stop({ exitCode: 78 })
})

/** Tries the examples of packs. Status 78 where one is not explained by its own rule. */
export const test = Effect.fnUntraced(function*(
  input: { readonly files: ReadonlyArray<string>; readonly packs: string | undefined }
) {
  const screen = yield* Screen
  const TestPack = yield* Effect.promise(() => import("@sonde/packs/TestPack"))
  const named: Array<Pack.Pack> = []
  for (const file of yield* filesOf(input.files, input.packs)) named.push(yield* PackFiles.read("the pack", file))
  if (named.length === 0) {
    const packs = yield* Effect.provide(Packs, Packs.layer)
    for (const { id } of packs.summaries) {
      const pack = yield* packs.get(id)
      if (pack !== undefined) named.push(pack)
    }
  }
  const results = named.flatMap((pack) => TestPack.run(pack).map((result) => ({ pack: pack.id, ...result })))
  const failed = results.filter(({ ok }) => !ok)
  yield* screen.out(
    failed.map((one) => {
      const taken = one.takenBy === undefined ? "no rule explains it" : `explained by ${one.takenBy}`
      const nearly = one.nearly === undefined || one.nearly.length === 0
        ? ""
        : `; its rule misses ${one.nearly.join(", ")}`
      return `${one.pack}/${one.rule}, example ${one.number + 1}: ${taken}${nearly}\n  ${Escape.line(one.example)}\n`
    }).join("")
  )
  yield* note(`${results.length - failed.length} of ${results.length} examples are explained by their own rule`)
  if (failed.length > 0) return yield* new Stop({ exitCode: 78 })
})

/** The published list of causes. */
export const causes = Effect.fnUntraced(function*(input: { readonly json: boolean }) {
  const screen = yield* Screen
  if (input.json) return yield* print(Cause.all.map((id) => ({ id, meaning: Cause.meanings[id] })))
  const width = Math.max(...Cause.all.map((id) => id.length))
  yield* screen.out(
    Cause.all.map((id) =>
      screen.stdout.isTerminal ? `${id.padEnd(width)}  ${Cause.meanings[id]}\n` : `${id}\t${Cause.meanings[id]}\n`
    ).join("")
  )
})
