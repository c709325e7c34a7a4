/** `sonde packs lint`: what is wrong with packs, each mistake with file, line, rule and remedy. */
import { lint as lintPack, type LintFinding } from "@sonde/packs/Lint"
import { Packs } from "@sonde/packs/Packs"
import type { Source } from "@sonde/packs/Source"
import * as Yaml from "@sonde/packs/Yaml"
import * as Escape from "@sonde/report/Escape"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Stop } from "../../Failure.ts"
import * as PackFiles from "../../PackFiles.ts"
import { json } from "../../Print.ts"
import { note, Screen } from "../../Screen.ts"
import { type Input, named } from "./files.ts"

/** The findings of one pack, in the order of its lines. */
const ofSource = (source: Source, today: string): ReadonlyArray<LintFinding> => {
  const { parts, path: file } = source
  const decoded = Yaml.fromSource(source)
  const findings: ReadonlyArray<LintFinding> = Result.isSuccess(decoded)
    ? lintPack(decoded.success, { today, file })
    : decoded.failure.issues.map((issue) => ({ file, ...issue, level: "error" }))
  if (findings.length === 0) return findings
  const locate = Yaml.locate(source)
  const order = (finding: LintFinding) => parts.findIndex(({ path }) => path === finding.file)
  return findings
    .map((finding) => finding.line === undefined ? { ...finding, ...locate(finding.path) } : finding)
    .toSorted((a, b) => order(a) - order(b) || (a.line ?? 1) - (b.line ?? 1) || (a.column ?? 1) - (b.column ?? 1))
}

/** Where within its rule: `rule smtp-off, when.code`; outside rules the keys as they are. */
const whereOf = ({ at, path, rule }: LintFinding): string => {
  if (rule === undefined) return at === "" ? "" : `${at}: `
  const [list, number] = path
  const inside = at.slice(`${list}[${number}]`.length).replace(/^\./, "")
  return `rule ${rule}${inside === "" ? "" : `, ${inside}`}: `
}

const shown = (finding: LintFinding, hasLines: boolean): string => {
  const place = hasLines ? `:${finding.line ?? 1}:${finding.column ?? 1}` : ""
  const level = finding.level === "error" ? "" : " (warning)"
  const words = Escape.line(`${whereOf(finding)}${finding.message}: ${finding.remedy}`)
  return `${finding.file}${place}: ${finding.check}${level}: ${words}\n`
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`

/** Checks packs; status 78 where there are errors. Without names all that are in use, those of the user with lines. */
export const lint = Effect.fnUntraced(function*(input: Input & { readonly json: boolean }) {
  const screen = yield* Screen
  const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
  const given = yield* named(input)
  const files = given ?? (yield* PackFiles.around).map(({ path }) => path)
  const findings: Array<{ readonly finding: LintFinding; readonly hasLines: boolean }> = []
  for (const file of files) {
    const source = yield* PackFiles.source("the pack", file)
    findings.push(...ofSource(source, today).map((finding) => ({ finding, hasLines: true })))
  }
  let packs = files.length
  if (given === undefined) {
    const builtIn = yield* Effect.provide(Packs, Packs.layer)
    packs += builtIn.summaries.length
    for (const { id } of builtIn.summaries) {
      const pack = yield* builtIn.get(id)
      const found = pack === undefined ? [] : lintPack(pack, { today, file: id })
      findings.push(...found.map((finding) => ({ finding, hasLines: false })))
    }
  }
  const errors = findings.filter(({ finding }) => finding.level === "error").length
  const warnings = findings.length - errors
  yield* screen.out(
    input.json
      ? json(
        { schema: "sonde.packs-lint/1", packs, errors, warnings, findings: findings.map(({ finding }) => finding) },
        true
      )
      : findings.map(({ finding, hasLines }) => shown(finding, hasLines)).join("")
  )
  yield* note(`${count(packs, "pack")}: ${count(errors, "error")}, ${count(warnings, "warning")}`)
  if (errors > 0) return yield* new Stop({ exitCode: 78 })
})
