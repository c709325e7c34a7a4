/** `sonde packs explain`: which rule a reply finds, why, and which it nearly found. */
import { type Account, account, type Weighed } from "@sonde/packs/Account"
import { Packs } from "@sonde/packs/Packs"
import { instead, type Reason } from "@sonde/packs/Reasons"
import * as Escape from "@sonde/report/Escape"
import * as Effect from "effect/Effect"
import { Stop } from "../../Failure.ts"
import type * as Flags from "../../Flags.ts"
import * as PackFiles from "../../PackFiles.ts"
import { json } from "../../Print.ts"
import * as Question from "../../Question.ts"
import { Screen } from "../../Screen.ts"

/** What `sonde packs explain` was given. */
type Input = Question.Input & Pick<Flags.Parsed<typeof Flags.places>, "pack" | "packs"> & { readonly json: boolean }

const line = (label: string, text: string): string => `${label.padEnd(9)} ${Escape.line(text)}\n`

const read = ({ client, read }: Account): string => {
  if (read === undefined) return line("read", "nothing")
  const parts = [
    read.protocol,
    read.service,
    read.phase === undefined ? undefined : `phase ${read.phase}`,
    read.status,
    read.code === undefined ? undefined : `code ${read.code}`,
    read.enhanced === undefined ? undefined : `enhanced ${read.enhanced}`,
    read.mechanism === undefined ? undefined : `mechanism ${read.mechanism}`,
    client === undefined ? undefined : `printed by ${client}`
  ].filter((part) => part !== undefined)
  return line("read", parts.length === 0 ? "the text alone" : parts.join(", ")) + line("text", read.text)
}

const asked = ({ asked, proven, provider }: Account): string =>
  line(
    "asked",
    proven
      ? `packs ${asked.join(", ")}; the provider is ${provider ?? "one without a pack"}`
      : `all packs (${asked.join(", ")}); the provider is not proven, --provider names it`
  )

const condition = (one: Reason): string => {
  const mark = one.answer === "holds" ? `+${one.weight}` : one.answer === "fails" ? "no" : "?"
  const found = one.answer === "holds" ? "" : ` (${instead(one)})`
  return `  ${mark.padStart(7)} ${one.condition.padEnd(9)} ${Escape.line(`${one.wanted}${found}`)}\n`
}

const rule = (
  label: string,
  { because, cause, conditions, confidence, rule, score }: Weighed,
  all: boolean
): string => {
  const scored = score === undefined ? "" : `, score ${score}`
  const why = because === undefined ? "" : line("", because)
  return line(label, `${rule}: ${cause}, ${confidence}${scored}`) + why +
    (all ? conditions.map(condition).join("") : "")
}

/** The account as text: what was read, the winner with its conditions, what fits too, what nearly fits. */
const page = (found: Account): string =>
  read(found)
  + asked(found)
  + (found.success === undefined ? "" : line("success", found.success))
  + (found.winner === undefined
    ? found.success === undefined ? line("wins", "no rule: the text is unknown") : ""
    : rule("wins", found.winner, true))
  + found.others.map((one) => rule("fits too", one, false)).join("")
  + found.nearMisses.map((one) => rule("nearly", one, false)).join("")

/** Shows how a reply finds its rule; status 75 where it finds none. */
export const explain = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const hints = yield* Question.hints(input)
  const text = yield* Question.text(input.text, "sonde packs explain")
  const packs = yield* Effect.provide(Packs, Packs.layerWith(yield* PackFiles.all(input)))
  const found = yield* account(packs, text, hints)
  yield* screen.out(input.json ? json({ schema: "sonde.packs-explanation/1", ...found }, true) : page(found))
  if (found.outcome === "unknown") return yield* new Stop({ exitCode: 75 })
})
