/**
 * A log that was explained, as a screen: how much of it failed, why, how often, and who must act.
 *
 * @since 0.1.0
 */
import { actorNames } from "@sonde/domain/ActorNames"
import type { Log } from "@sonde/domain/Explanation"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Layout from "../internal/layout.ts"

/** How many causes are shown unless told otherwise. */
export const defaultTop = 10

/** How many of the failures that no rule knows are shown. */
const shownUnknown = 5

const span = ({ first, last }: { readonly first?: string; readonly last?: string }): string | undefined =>
  first === undefined || last === undefined ? first ?? last : first === last ? first : `${first} to ${last}`

const head = (look: Appearance, log: Log): ReadonlyArray<string> => {
  const parts = [
    `${log.explained} explained`,
    `${log.unknown} failing that no rule knows`,
    `${log.ignored} no failure`,
    ...(log.tooLong === 0 ? [] : [`${log.tooLong} too long`])
  ]
  const when = span(log)
  return [
    ...Layout.labelled(look, "Log", `${log.lines} lines: ${parts.join(", ")}`, 0, 8),
    ...(when === undefined ? [] : Layout.labelled(look, "", Escape.line(when), 0, 8))
  ]
}

/**
 * The blocks of the screen: the log as a whole, the most frequent causes, the most frequent failures that no rule knows.
 *
 * @category rendering
 * @since 0.1.0
 */
export const blocks = (log: Log, look: Appearance, top = defaultTop): ReadonlyArray<ReadonlyArray<string>> => {
  const clusters = log.clusters.slice(0, top).map((one) => {
    const when = span(one)
    return [
      ...Layout.paragraph(look, `${one.count} × ${Escape.line(one.title)}`, 0),
      ...Layout.labelled(look, "Cause", `${one.cause} (${one.confidence}, ${Escape.line(one.rule)})`),
      ...(when === undefined ? [] : Layout.labelled(look, "When", Escape.line(when))),
      ...Layout.labelled(look, "Who", actorNames[one.actor]),
      ...Layout.labelled(look, "Sample", Escape.line(one.sample))
    ]
  })
  const more = log.clusters.length - clusters.length
  const unknown = log.unknownLines.slice(0, shownUnknown).flatMap((one) =>
    Layout.labelled(look, `${one.count} ×`, Escape.line(one.sample))
  )
  return [
    head(look, log),
    ...clusters,
    ...(more > 0
      ? [
        Layout.paragraph(
          look,
          `${more} more ${more === 1 ? "cause" : "causes"}: --top ${log.clusters.length}, or --json.`,
          0
        )
      ]
      : []),
    ...(unknown.length > 0
      ? [[...Layout.paragraph(look, "No rule knows these, most frequent first:", 0), ...unknown]]
      : [])
  ]
}
