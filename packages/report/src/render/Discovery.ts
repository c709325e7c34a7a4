/**
 * The sources of settings side by side as a screen: what to use, where sources contradict each other, what each said.
 *
 * @since 0.1.0
 */
import type { ChosenSetting, Discovery, SourceAnswer } from "@sonde/domain/Discovery"
import * as Endpoint from "@sonde/domain/Endpoint"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Layout from "../internal/layout.ts"
import { mark } from "../internal/mark.ts"
import * as Phrases from "../Phrases.ts"
import * as Sources from "../Sources.ts"

const place = ({ endpoint }: ChosenSetting): string => Escape.line(Endpoint.format(endpoint))

const chosenRows = (look: Appearance, { chosen }: Discovery): ReadonlyArray<string> => {
  const services = Math.max(...chosen.map(({ service }) => Layout.columns(Phrases.services[service])), 0) + 4
  return chosen.flatMap((one) => {
    const { service, text } = one
    return [
      ...Layout.labelled(
        look,
        Phrases.services[service],
        `${place(one)}, ${Sources.manner(one)}`,
        2,
        services
      ),
      ...Layout.labelled(look, "", Escape.line(text), 2, services).map((row) => Layout.paint(look, "dim", row))
    ]
  })
}

/** The place is worth a line where something came of it, and is more than the domain or a pack. */
const isWhereTold = ({ source, state }: SourceAnswer): boolean =>
  (state === "found" || state === "failed") && source !== "pack" && source !== "mx" && source !== "spf"

const sourceRows = (look: Appearance, { sources }: Discovery): ReadonlyArray<string> => {
  const names = Math.max(...sources.map(({ source }) => source.length)) + 2
  const times = Math.max(...sources.map((answer) => Layout.columns(Sources.took(answer)))) + 2
  return sources.flatMap((answer) => {
    const { problems = [], source, where } = answer
    const { plain, shown } = mark(look, Sources.markedAs(answer))
    const column = Layout.columns(plain) + 3 + names + times
    const rows = Layout.labelled(
      look,
      `${source.padEnd(names)}${Layout.pad(Sources.took(answer), times)}`,
      Sources.said(answer),
      0,
      names + times
    )
    const [first = "", ...others] = rows
    const margin = " ".repeat(Layout.columns(plain) + 3)
    const detail = (line: string) =>
      Layout.labelled(look, "", line, 0, column).map((row) => Layout.paint(look, "dim", row))
    return [
      `  ${shown} ${first}`,
      ...others.map((row) => margin + row),
      ...(isWhereTold(answer) ? detail(Escape.line(where)) : []),
      ...problems.flatMap((problem) => detail(Escape.line(problem)))
    ]
  })
}

const heading = (look: Appearance, text: string): string => Layout.paint(look, "bold", text)

/** Off a terminal: one row for each service, its fields with tabs between. */
const piped = ({ chosen }: Discovery): string =>
  chosen.map((one) => {
    const { endpoint, service, source, user = "" } = one
    return `${[service, place(one), endpoint.security, Escape.line(user), source].join("\t")}\n`
  }).join("")

const unknown = "The DNS knows no such domain. Check how it is spelt."

const deaf = (problem: string, outcome: Discovery["outcome"]): string =>
  `${Escape.line(problem)}. ${
    outcome === "found" ? "What is below is what the packs know." : "Try again with another resolver (--dns)."
  }`

const closing: Readonly<Record<Discovery["outcome"], string>> = {
  found: "",
  none: "No source names a server. Ask whoever runs the domain, and check with --host and --port.",
  inconclusive:
    "No source names a server, and some could not be asked. Try again later, or with another resolver (--dns)."
}

/**
 * Why there are no settings, one sentence or two and what to try; empty where there are some.
 *
 * @category rendering
 * @since 0.1.0
 */
export const nothing = ({ outcome, problem, target }: Discovery): string => {
  if (outcome === "found") return ""
  if (problem !== undefined) return deaf(problem, outcome)
  return target.exists === false ? unknown : closing[outcome]
}

/**
 * The whole screen, ending in a line end.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (it: Discovery, look: Appearance): string => {
  if (!look.terminal) return piped(it)
  const who = it.provider === undefined ? "" : `  →  ${Escape.line(it.provider.name)}`
  const rows = [
    heading(look, `${Escape.line(it.target.mailbox ?? it.target.domain)}${who}`),
    "",
    ...(it.problem === undefined || it.chosen.length === 0
      ? []
      : [...Layout.paragraph(look, deaf(it.problem, it.outcome), 0), ""]),
    ...(it.chosen.length === 0 ?
      Layout.paragraph(look, nothing(it), 0) :
      [
        heading(look, "Settings"),
        ...chosenRows(look, it)
      ]),
    ...(it.conflicts.length === 0 ? [] : [
      "",
      heading(look, "Conflicts"),
      ...it.conflicts.flatMap(({ text }) =>
        Layout.labelled(look, Layout.paint(look, "yellow", "!"), Escape.line(text), 2, 4)
      )
    ]),
    "",
    heading(look, "Sources"),
    ...sourceRows(look, it)
  ]
  const text = `${rows.map((row) => row.trimEnd()).join("\n")}\n`
  return look.ascii ? Layout.toAscii(text) : text
}
