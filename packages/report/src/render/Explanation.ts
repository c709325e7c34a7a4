/**
 * An explanation as a screen: what was read, then the causes, best first, then what would settle it.
 *
 * @since 0.1.0
 */
import type { Explanation, Next } from "@sonde/domain/Explanation"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Layout from "../internal/layout.ts"
import * as VerdictBlock from "../internal/verdict.ts"
import * as Log from "./Log.ts"

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

/** What would settle it; a command stands on lines of its own. */
const nextBlock = (look: Appearance, { command, shell, text }: Next): ReadonlyArray<string> => [
  ...Layout.labelled(look, "Next", Escape.line(text), 0, 8),
  ...(command === undefined ? [] : Layout.command(look, Escape.lines(command).join("\n"), shell, 8))
]

const partLines = (look: Appearance, it: Explanation): ReadonlyArray<string> =>
  (it.parts ?? []).flatMap(({ action, cause, read, recipient, service, title }) => {
    const what = recipient ?? service ?? "?"
    const said = [read.code === undefined ? undefined : `${read.code}`, read.enhanced, read.text]
      .filter((part) => part !== undefined && part !== "").join(" ")
    return [
      ...Layout.paragraph(look, Escape.line(action === undefined ? what : `${what} (${action})`), 0),
      ...Layout.labelled(
        look,
        "Cause",
        cause === undefined ? "no rule knows it" : `${Escape.line(title ?? "")} (${cause})`
      ),
      ...(said === "" ? [] : Layout.labelled(look, "Said", Escape.line(said)))
    ]
  })

/**
 * The whole screen, ending in a line end. An unknown text is said to be unknown; nothing is guessed. Of a log the `top`
 * most frequent causes are shown, ten unless told otherwise.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (
  it: Explanation,
  look: Appearance,
  options: { readonly top?: number | undefined } = {}
): string => {
  const several = (it.parts?.length ?? 0) > 1
  const alternatives = it.verdicts.length > 1 && it.log === undefined && !several
  const blocks = it.log !== undefined
    ? Log.blocks(it.log, look, options.top)
    : it.success !== undefined && it.verdicts.length === 0
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
    : [
      ...(several ? [partLines(look, it)] : []),
      ...(alternatives
        ? [Layout.paragraph(
          look,
          `${it.verdicts.length} causes fit, and the words alone do not tell them apart. The most probable comes first.`,
          0
        )]
        : []),
      ...it.verdicts.map((verdict) => VerdictBlock.verdict(look, verdict, { domain: undefined, state: "fail" }))
    ]
  const all = [
    ...(it.log === undefined ? [readLine(look, it)] : []),
    ...blocks,
    ...(it.next === undefined ? [] : [nextBlock(look, it.next)])
  ]
  const lines = all.flatMap((block, index) => index === 0 ? block : ["", ...block])
  const text = lines.map((line) => line.trimEnd()).join("\n")
  return `${look.ascii ? Layout.toAscii(text) : text}\n`
}
