/**
 * An explanation as a screen: what was read, then the causes, best first.
 *
 * @since 0.1.0
 */
import type { Explanation } from "@sonde/domain/Explanation"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Layout from "../internal/layout.ts"
import * as VerdictBlock from "../internal/verdict.ts"

const readLine = (look: Appearance, it: Explanation): ReadonlyArray<string> => {
  const { read } = it
  const about = [
    read.protocol,
    read.phase,
    read.provider,
    read.client === undefined ? undefined : `by ${read.client}`
  ].filter((part) => part !== undefined).map(Escape.line).join(", ")
  const text = [read.code === undefined ? undefined : `${read.code}`, read.enhanced, read.text]
    .filter((part) => part !== undefined && part !== "").join(" ")
  return [
    ...Layout.labelled(look, "Read", Escape.line(text), 0, 8),
    ...(about === "" ? [] : Layout.labelled(look, "", `(${about})`, 0, 8))
  ]
}

/**
 * The whole screen, ending in a line end. An unknown text is said to be unknown; nothing is guessed.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (it: Explanation, look: Appearance): string => {
  const blocks = it.success !== undefined && it.verdicts.length === 0
    ? [Layout.labelled(look, "Good", Escape.line(it.success), 0, 8)]
    : it.verdicts.length === 0
    ? [[
      ...Layout.paragraph(look, "No rule knows this text, and none is guessed.", 0),
      ...Layout.paragraph(
        look,
        "Give the whole reply with its code, or say where it came from with --provider, --phase or --protocol.",
        0
      )
    ]]
    : it.verdicts.map((verdict) => VerdictBlock.verdict(look, verdict, { domain: undefined, state: "fail" }))
  const lines = [readLine(look, it), ...blocks].flatMap((block, index) => index === 0 ? block : ["", ...block])
  const text = lines.map((line) => line.trimEnd()).join("\n")
  return `${look.ascii ? Layout.toAscii(text) : text}\n`
}
