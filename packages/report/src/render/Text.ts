/**
 * A report as a screen: phases in the order of the session, the failing exchange, the verdict, the summary, and the
 * exit status last, next to the prompt.
 *
 * On a terminal lines keep to its width. Elsewhere the rows of phases are `phase<TAB>state<TAB>ms<TAB>detail`, a
 * service's own row comes before them in the same form, and nothing is marked or wrapped. Text of the server is
 * escaped and cut.
 *
 * @since 0.1.0
 */
import type { Report } from "@sonde/domain/Report"
import type { Outcome } from "@sonde/domain/Service"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type { Finding } from "@sonde/domain/Verdict"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Exchange from "../Exchange.ts"
import * as Layout from "../internal/layout.ts"
import * as Phases from "../internal/phases.ts"
import * as Policy from "../internal/policy.ts"
import * as ReadBack from "../internal/readback.ts"
import * as Shared from "../internal/shared.ts"
import * as VerdictBlock from "../internal/verdict.ts"
import * as Phrases from "../Phrases.ts"
import * as Sentence from "../Sentence.ts"

/**
 * What is shown of a report. `transcript` is `failing` (the failing exchange, the default), `all` or `none`; `short` is
 * one line per service; `quiet` only the verdict. `exitCode` is the status the program ends with where it differs from
 * the report's. `resume` is what follows `sonde resume RUN`, `place` what
 * follows every command that names the run, so that they can be typed as they stand. `now` is the moment ages count from, ISO 8601, by default when this attempt began.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly transcript?: "failing" | "all" | "none" | undefined
  readonly short?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly exitCode?: number | undefined
  readonly resume?: string | undefined
  readonly place?: string | undefined
  readonly now?: string | undefined
}

const recognised = {
  option: "--provider",
  domain: "domain",
  mx: "MX",
  host: "host name",
  banner: "banner",
  capability: "capabilities"
} as const

const header = (look: Appearance, report: Report, now: string): ReadonlyArray<string> => {
  const { provider } = report
  const signs = (provider?.recognisedBy ?? []).map((sign) => recognised[sign])
  const why = signs.length === 0
    ? ""
    : signs.length === 1 && provider?.recognisedBy[0] === "option"
    ? "   (as you said)"
    : `   (${Phrases.list(signs)}${signs.length > 1 ? " agree" : ""})`
  const arrow = look.terminal ? "→" : "->"
  const local = new Set(
    report.services.flatMap((service) =>
      service.phases.flatMap((phase) =>
        phase.id === "connect" && typeof phase.facts?.localAddress === "string" ? [phase.facts.localAddress] : []
      )
    )
  )
  const facts = [
    local.size === 0 ? undefined : `from ${Phrases.list(Array.from(local, Escape.line))}`,
    provider === undefined ? undefined : `pack ${Escape.line(provider.id)} ${Escape.line(provider.packVersion)}`,
    Phrases.settingsFrom(report),
    `run ${report.run}`
  ].filter((part) => part !== undefined)
  const oneLine = facts.join(" · ")
  // The id of the run stays whole: it is there to be copied.
  const about = !look.terminal || Layout.columns(oneLine) <= look.width
    ? [oneLine]
    : [facts.slice(0, -1).join(" · "), facts.at(-1) ?? ""]
  const resumed = report.resumedAt === undefined
    ? []
    : [`resumed: first started ${Phrases.age(report.startedAt, now)}`]
  return [
    Layout.paint(look, "bold", Escape.line(report.target.input))
    + (provider === undefined ? "" : `  ${arrow}  ${Escape.line(provider.name)}${why}`),
    ...about,
    ...resumed
  ]
}

const exchangeLines = (look: Appearance, report: Report, lines: ReadonlyArray<TranscriptLine>): ReadonlyArray<string> =>
  lines.flatMap((line) => {
    const unexpected = Exchange.isUnexpected(report, line)
    const sign = Exchange.mark(line, unexpected)
    const said = Exchange.challenge(line)
    const text = Escape.line(line.text)
    if (!look.terminal) return [`${line.n}\t${sign}\t${text}${said === undefined ? "" : `  "${said}"`}`]
    const head = `${`${line.n}`.padStart(4)} ${Layout.pad(sign, 4)}`
    const rows = Layout.wrap(text, look.width - 9)
    const shown = rows.map((row, index) => {
      const whole = (index === 0 ? head : " ".repeat(9)) + row
      return unexpected ? Layout.paint(look, "red", whole) : line.dir === "=" ? Layout.paint(look, "dim", whole) : whole
    })
    if (said === undefined) return shown
    const quoted = `"${said}"`
    const gap = look.width - 9 - Layout.columns(text) - Layout.columns(quoted)
    return rows.length === 1 && gap >= 2
      ? [`${shown[0] ?? ""}${" ".repeat(Math.min(gap, Math.max(52 - Layout.columns(text), 2)))}${quoted}`]
      : [...shown, ...Layout.wrap(quoted, look.width - 11).map((row) => " ".repeat(11) + row)]
  })

const verdictState = (report: Report, service: string | undefined): "fail" | "warn" | "inconclusive" => {
  const outcome: Outcome = report.services.find((one) => one.id === service)?.outcome ?? report.outcome
  return outcome === "pass" ? "warn" : outcome
}

/** The service of a verdict, where a reader could take it for another's. */
const placeOf = (report: Report, { phase, service }: Report["verdicts"][number]): string | undefined =>
  service === undefined || report.services.filter(({ id }) => id !== "token").length < 2
    ? undefined
    : [Phrases.services[service], phase].filter((part) => part !== undefined).join(", ")

const passedLine = (look: Appearance, report: Report): ReadonlyArray<string> => {
  const tried = report.services.filter((service) => service.phases.some((phase) => phase.state !== "skip"))
  const parts = tried.map((service) => `${Phrases.services[service.id]}: ${Sentence.reached(service)}`)
  if (parts.length === 0) return []
  const { shown, plain } = Phases.mark(look, report.outcome)
  const text = parts.join(" · ")
  if (!look.terminal) return [text]
  return Layout.wrap(text, look.width - Layout.columns(plain) - 1)
    .map((row, index) => (index === 0 ? `${shown} ` : " ".repeat(Layout.columns(plain) + 1)) + row)
}

/** A failure that no rule names: what is known of it, and nothing more. */
const unnamed = (look: Appearance, report: Report): ReadonlyArray<string> =>
  report.services.flatMap((service) => {
    const stopped = Exchange.stoppedAt(service)
    // What a domain publishes is judged by findings, and those stand below.
    if (stopped === undefined || service.id === "posture") return []
    if (report.verdicts.some((verdict) => verdict.service === service.id)) return []
    const { shown, plain } = Phases.mark(look, stopped.state)
    const head = `${Phrases.services[service.id]} stopped at ${stopped.id}: `
      + (stopped.error === undefined
        ? Phrases.detail(stopped, true, report.startedAt)
        : Escape.line(stopped.error.message))
    const rows = look.terminal ? Layout.wrap(head, look.width - Layout.columns(plain) - 1) : [head]
    return [
      ...rows.map((row, index) =>
        look.terminal ? (index === 0 ? `${shown} ` : " ".repeat(Layout.columns(plain) + 1)) + row : row
      ),
      ...Layout.paragraph(look, "No rule of the packs names a cause for this, and none is guessed.")
    ]
  })

/** A block for each verdict; those that say the same of several services, without a line of one to go by, stand in one. */
const verdicts = (look: Appearance, report: Report): ReadonlyArray<ReadonlyArray<string>> => {
  const said = ({ evidence, service, ...verdict }: Report["verdicts"][number]) =>
    JSON.stringify([verdict, evidence.length === 0 ? [] : [service, evidence]])
  return [...Map.groupBy(report.verdicts, said).values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const places = group.flatMap((it) => placeOf(report, it) ?? [])
    const options = {
      domain: report.target.domain,
      state: verdictState(report, first.service),
      where: places.length === 0 ? undefined : places.join("; ")
    }
    return [VerdictBlock.verdict(look, first, options)]
  })
}

const judged = (look: Appearance, report: Report): ReadonlyArray<ReadonlyArray<string>> => {
  const open = report.findings.filter((it) => it.state !== "pass")
  return [
    ...verdicts(look, report),
    unnamed(look, report),
    report.outcome === "pass" || report.outcome === "warn" ? passedLine(look, report) : [],
    ...findings(look, open.filter((it) => !Policy.isBrief(report, it))),
    Policy.lines(look, report, open.filter((it) => Policy.isBrief(report, it)))
  ].filter((block) => block.length > 0)
}

/** A block for each finding; those of several services that say the same of each stand in one. */
const grouped = (look: Appearance, found: ReadonlyArray<Finding>): ReadonlyArray<ReadonlyArray<string>> => {
  const said = ({ actor, id, remedies, state, text }: Finding) => JSON.stringify([id, state, text, actor, remedies])
  return [...Map.groupBy(found, said).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const titles = new Set(others.map(({ title }) => title))
    titles.delete(first.title)
    return [VerdictBlock.finding(look, first, [...titles])]
  })
}

/** Findings, with the command that checks again once behind them where it is the same for all. */
const findings = (look: Appearance, found: ReadonlyArray<Finding>): ReadonlyArray<ReadonlyArray<string>> => {
  const verifies = (it: Finding) => it.remedies.filter(({ kind }) => kind === "verify")
  const commands = new Set(found.flatMap(verifies).map(({ command }) => command))
  const [command] = commands
  if (
    found.length < 2 || commands.size !== 1 || command === undefined || found.some((it) => verifies(it).length === 0)
  ) {
    return grouped(look, found)
  }
  const rest = found.map((it) => ({ ...it, remedies: it.remedies.filter(({ kind }) => kind !== "verify") }))
  return [
    ...grouped(look, rest),
    ["Check again:", ...Layout.command(look, Escape.lines(command).join("\n"), "sh")]
  ]
}

const counts = (report: Report): string => {
  const phases = report.services.flatMap((service) => service.phases)
  const count = (found: (phase: typeof phases[number]) => boolean) => phases.filter(found).length
  const notReached = (because: string | undefined) => Phrases.skipped(undefined) === because
  const warned = report.services.flatMap(({ id, phases }) => id === "posture" ? [] : phases)
  const warnings = warned.filter((phase) => phase.state === "warn").length +
    report.findings.filter((it) => it.state === "warn").length
  const parts: ReadonlyArray<readonly [number, string]> = [
    [count((phase) => phase.state === "pass" || phase.state === "restored"), "passed"],
    [count((phase) => phase.state === "fail"), "failed"],
    [count((phase) => phase.state === "inconclusive"), "undecided"],
    [warnings, warnings === 1 ? "warning" : "warnings"],
    [count((phase) => phase.state === "skip" && notReached(Phrases.skipped(phase.because))), "not reached"],
    [count((phase) => phase.state === "skip" && !notReached(Phrases.skipped(phase.because))), "not tried"]
  ]
  return [
    parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`).join(", ") || "nothing was tried",
    Phrases.duration(report.durationMillis),
    Sentence.sent(report)
  ].join(" · ")
}

const words = (...parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined && part !== "").join(" ")

/** The command that resumes a run, with all that it needs again. */
const again = (report: Report, options: Options): string =>
  words("sonde resume", report.run, options.resume, options.place)

/** A report whose printed commands can be typed as they are: a pack can't know where the secret comes from. */
const typed = (report: Report, options: Options): Report => {
  const bare = `sonde resume ${report.run}`
  return {
    ...report,
    verdicts: report.verdicts.map((verdict) => ({
      ...verdict,
      remedies: verdict.remedies.map((remedy) =>
        remedy.command === bare ? { ...remedy, command: again(report, options) } : remedy
      )
    }))
  }
}

const footer = (report: Report, options: Options, now: string): ReadonlyArray<string> => {
  const code = options.exitCode ?? report.exitCode
  const resuming = again(report, options)
  const meaning = Phrases.exitMeaning(code)
  const wait = report.resumeAfter === undefined ? undefined : Phrases.between(now, report.resumeAfter)
  const suspended = report.state !== "suspended"
    ? []
    : [
      wait !== undefined && wait > 0
        ? `suspended; in ${Phrases.duration(wait)} or later: ${resuming}`
        : `suspended; go on with: ${resuming}`
    ]
  const resume = report.state === "suspended" || report.outcome === "pass" || report.outcome === "warn"
    ? []
    : [`when it is changed: ${resuming}`]
  const all = report.transcript.length === 0 || options.transcript === "all"
    ? []
    : [`all lines: ${words("sonde show", report.run, "--transcript", options.place)}`]
  return [
    counts(report),
    ...suspended,
    ...resume,
    ...(report.outcome === "pass" ? [] : all),
    `exit ${code}${meaning === undefined ? "" : `: ${meaning}`}`
  ]
}

const changes = (report: Report, now: string): ReadonlyArray<string> =>
  report.services.flatMap((service) =>
    service.phases.flatMap((phase) => {
      const text = Phrases.change(phase, now)
      return text === undefined ? [] : [report.services.length > 1 ? `${Phrases.services[service.id]}, ${text}` : text]
    })
  )

/** A message that was found again: a label, and the lines beside it. */
const readBack = (look: Appearance, report: Report): ReadonlyArray<ReadonlyArray<string>> =>
  ReadBack.lines(report).map((texts) => {
    const label = "Read back  "
    if (!look.terminal) return texts.map((text) => `readback\t${text}`)
    const rows = texts.flatMap((text) => Layout.wrap(text, look.width - label.length))
    return rows.map((row, index) => (index === 0 ? label : " ".repeat(label.length)) + row)
  })

const join = (blocks: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
  blocks.filter((block) => block.length > 0).flatMap((block, index) => index === 0 ? block : ["", ...block])

/**
 * The whole screen, ending in a line end.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (whole: Report, look: Appearance, options: Options = {}): string => {
  // Rows that programs read stay as they are.
  const report = look.terminal ? Shared.once(whole) : whole
  const now = options.now ?? report.resumedAt ?? report.startedAt
  const lines = (() => {
    if (options.short === true) return report.services.map((service) => Phases.short(look, service, now))
    if (options.quiet === true) return join(judged(look, typed(report, options)))
    const transcript = options.transcript ?? "failing"
    const changed = changes(report, now)
    return join([
      header(look, report, now),
      ...report.services.map((service) => Phases.service(look, service, now)),
      ...(transcript === "all"
        ? [exchangeLines(look, report, report.transcript)]
        : transcript === "failing"
        ? report.services.map((service) => exchangeLines(look, report, Exchange.failing(report, service)))
        : []),
      ...readBack(look, report),
      changed.map((text) => look.terminal ? `What changed  ${text}` : `changed\t${text}`),
      ...judged(look, typed(report, options)),
      footer(report, options, now)
    ])
  })()
  const text = (look.terminal ? lines.map((line) => line.trimEnd()) : lines).join("\n")
  return text === "" ? "" : `${look.ascii ? Layout.toAscii(text) : text}\n`
}
