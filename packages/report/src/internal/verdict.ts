/**
 * A verdict or a finding as a block: what it is, how sure, who must act, what to do.
 */
import { actorNames } from "@sonde/domain/ActorNames"
import type { DatedFact, Finding, Remedy, Verdict } from "@sonde/domain/Verdict"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Layout from "./layout.ts"
import { mark } from "./mark.ts"
import * as Words from "./words.ts"

/** A title with an id at its right, on one line where both fit. */
const headline = (
  look: Appearance,
  state: "pass" | "warn" | "fail" | "inconclusive",
  title: string,
  id: string
): ReadonlyArray<string> => {
  const text = Escape.line(title)
  if (!look.terminal) return [`${text} (${id})`]
  const { plain, shown } = mark(look, state)
  const room = look.width - Layout.columns(plain) - 1
  const indent = " ".repeat(Layout.columns(plain) + 1)
  const gap = room - Layout.columns(text) - Layout.columns(id)
  const bold = (part: string) => Layout.paint(look, "bold", part)
  if (gap >= 2) return [`${shown} ${bold(text)}${" ".repeat(gap)}${Layout.paint(look, "dim", id)}`]
  return [
    ...Layout.wrap(text, room).map((row, index) => (index === 0 ? `${shown} ` : indent) + bold(row)),
    indent + Layout.paint(look, "dim", id)
  ]
}

const sure = (verdict: Verdict): string => {
  const lines = verdict.evidence
  const proof = lines.length === 0
    ? ""
    : `, by ${lines.length === 1 ? "line" : "lines"} ${Words.list(lines.map((n) => `${n}`))} of the transcript`
  return `${verdict.confidence}${proof}`
}

const ruledOut = (look: Appearance, verdict: Verdict): ReadonlyArray<string> => {
  const out = verdict.ruledOut.map(Words.area).join(", ")
  const open = Words.list(verdict.notJudged.map(Words.area))
  if (out === "") return open === "" ? [] : Layout.labelled(look, "Not judged", open)
  if (open === "") return Layout.labelled(look, "Ruled out", `${out}.`)
  const judged = `${open.charAt(0).toUpperCase()}${open.slice(1)} ${
    verdict.notJudged.length > 1 || open.endsWith("claims") ? "were" : "was"
  } not judged.`
  return Layout.labelled(look, "Ruled out", `${out}. ${judged}`)
}

const heads = {
  look: "Look first, changes nothing",
  change: "Change",
  verify: "Then",
  alternative: "Another way"
} as const

const heading = (remedy: Remedy): string => {
  const scope = remedy.kind === "change" && remedy.scope !== undefined ? ` (${Escape.line(remedy.scope)})` : ""
  return `${heads[remedy.kind]}${scope}${remedy.text === undefined ? "" : `: ${Escape.line(remedy.text)}`}`
}

const commandLines = (look: Appearance, remedy: Remedy): ReadonlyArray<string> =>
  remedy.command === undefined
    ? []
    : Layout.command(look, Escape.lines(remedy.command).join("\n"), remedy.shell).map((row) =>
      Layout.paint(look, "cyan", row)
    )

const steps = (look: Appearance, remedies: ReadonlyArray<Remedy>): ReadonlyArray<string> =>
  remedies.flatMap((remedy, index) => [
    ...Layout.labelled(look, `${index + 1}`, heading(remedy), 2, 4),
    ...commandLines(look, remedy),
    ...(remedy.undo === undefined
      ? []
      : ["      undo:", ...Layout.command(look, Escape.lines(remedy.undo).join("\n"), remedy.shell, 8)]),
    ...(remedy.url === undefined ? [] : [`      ${Escape.line(remedy.url)}`])
  ])

const order = { look: 0, change: 1, verify: 2, alternative: 3 } as const

/** Whether a fact speaks of the year it was stated in or a later one, other than as the end of a span: a date to know. */
const isComing = (fact: DatedFact): boolean =>
  Array.from(fact.text.matchAll(/(?<!\b\d{4} to )\b(20\d\d)\b/g)).some(([, year = ""]) => year >= fact.asOf.slice(0, 4))

const dated = (look: Appearance, fact: DatedFact, label: string): ReadonlyArray<string> => {
  const stale = fact.stale === true ? ", past its review: check the source" : ""
  return Layout.labelled(
    look,
    label,
    `${Escape.line(fact.text)} (fact of ${Escape.line(fact.asOf)}, review by ${Escape.line(fact.reviewBy)}${stale}; ${
      Escape.line(fact.source)
    })`,
    2,
    17
  )
}

const known = (look: Appearance, facts: ReadonlyArray<DatedFact>): ReadonlyArray<string> => [
  ...facts.filter(isComing).flatMap((fact, index) => dated(look, fact, index === 0 ? "Coming" : "")),
  ...facts.filter((fact) => !isComing(fact)).flatMap((fact, index) => dated(look, fact, index === 0 ? "Sources" : ""))
]

/**
 * Everything a verdict says. `domain` names the organisation of the administrator, `where` the service where there are several.
 */
export const verdict = (
  look: Appearance,
  it: Verdict,
  options: {
    readonly domain: string | undefined
    readonly state: "fail" | "warn" | "inconclusive"
    readonly where?: string | undefined
  }
): ReadonlyArray<string> => {
  const remedies = it.remedies.toSorted((a, b) => order[a.kind] - order[b.kind])
  const numbered = remedies.filter((remedy) => remedy.kind !== "alternative")
  const others = remedies.filter((remedy) => remedy.kind === "alternative")
  const more = [
    ...(it.wontHelp.length === 0
      ? []
      : Layout.labelled(look, "Will not help", it.wontHelp.map(Escape.line).join(" · "), 2, 17)),
    ...others.flatMap((remedy, index) => [
      ...Layout.labelled(
        look,
        index === 0 ? "Another way" : "",
        Escape.line(remedy.text ?? remedy.url ?? "see below"),
        2,
        17
      ),
      ...commandLines(look, remedy)
    ]),
    ...known(look, it.facts)
  ]
  return [
    ...headline(look, options.state, it.title, it.cause),
    "",
    ...(it.explanation === "" ? [] : [...Layout.paragraph(look, Escape.line(it.explanation)), ""]),
    ...(options.where === undefined ? [] : Layout.labelled(look, "Where", options.where)),
    ...Layout.labelled(look, "How sure", sure(it)),
    ...ruledOut(look, it),
    ...Layout.labelled(look, "Who", Words.actor(it, options.domain)),
    ...(numbered.length === 0 ? [] : ["", ...steps(look, numbered)]),
    ...(more.length === 0 ? [] : ["", ...more])
  ]
}

/** A finding: its title with its id, its text, who must act and what to do. `others` are titles of which the same holds. */
export const finding = (look: Appearance, it: Finding, others: ReadonlyArray<string> = []): ReadonlyArray<string> => [
  ...[it.title, ...others].flatMap((title) => headline(look, it.state, title, it.id)),
  ...(it.text === undefined ? [] : Escape.lines(it.text).flatMap((text) => Layout.paragraph(look, text))),
  ...(it.actor === undefined ? [] : Layout.labelled(look, "Who", actorNames[it.actor])),
  ...steps(look, it.remedies)
]
