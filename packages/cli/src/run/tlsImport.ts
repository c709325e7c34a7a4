/** `sonde tls --import`. */
import * as Escape from "@sonde/report/Escape"
import * as TlsImport from "@sonde/report/TlsImport"
import * as Effect from "effect/Effect"
import * as ExitCode from "../ExitCode.ts"
import { missing, Stop } from "../Failure.ts"
import * as Files from "../Files.ts"
import { json, quoted } from "../Print.ts"
import { Screen } from "../Screen.ts"
import * as Stdin from "../Stdin.ts"
import * as View from "../View.ts"

const states = { fail: 3, inconclusive: 2, warn: 1, pass: 0 } as const

/** Worst first, those alike as the tool has them. */
const ordered = (server: TlsImport.Imported): TlsImport.Imported => ({
  ...server,
  findings: server.findings.toSorted((left, right) => states[right.state] - states[left.state])
})

const marks = { fail: "FAIL", inconclusive: "????", warn: "warn", pass: "ok" } as const

const page = ({ findings, target, tool }: TlsImport.Imported): string =>
  [
    `${Escape.line(target)}   (${tool})`,
    ...(findings.length === 0 ? ["  ok    nothing to improve was found"] : []),
    ...findings.flatMap(({ remedies, state, text, title }) => [
      `  ${marks[state].padEnd(5)} ${Escape.line(title)}`,
      `        ${Escape.line(text ?? "")}`,
      ...remedies.map((remedy) => `        → ${Escape.line(remedy.text ?? "")}`)
    ]),
    ""
  ].join("\n")

/** Reads a report of another tool and says it in our words. */
export const run = Effect.fnUntraced(function*(file: string, input: View.Input) {
  const screen = yield* Screen
  const view = yield* View.make(input)
  const text = file === "-" ? yield* Stdin.text(Files.maxOctets) : yield* Files.text("--import", file)
  const servers = yield* Effect.fromResult(TlsImport.fromText(text)).pipe(
    Effect.mapError(({ problem }) =>
      missing(
        `--import: ${file === "-" ? "standard input" : `the file ${quoted(file)}`} ${problem}`,
        "write one with testssl.sh --jsonfile FILE, or sslyze --json_out=FILE"
      )
    ),
    Effect.map((read) => read.map(ordered))
  )
  const findings = servers.flatMap((server) => server.findings)
  const has = (state: keyof typeof states) => findings.some((finding) => finding.state === state)
  const exitCode = has("fail") ? 78 : has("inconclusive") ? 75 : has("warn") && input.failOn === "warning" ? 1 : 0
  const outcome = has("fail") ? "fail" : has("inconclusive") ? "inconclusive" : has("warn") ? "warn" : "pass"
  yield* screen.out(
    view.format === "json" || view.format === "ndjson"
      ? json({ schema: "sonde.tls-import/1", outcome, exitCode, servers }, view.out.terminal)
      : `${servers.map(page).join("\n")}`
  )
  const folded = ExitCode.fold(view.scheme, exitCode)
  if (folded !== 0) return yield* new Stop({ exitCode: folded })
})
