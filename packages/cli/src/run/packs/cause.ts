/** A cause as a page for people: what it means, what it is taken for, what to do when no provider is known. */
import { actorNames } from "@sonde/domain/Verdict"
import type { CausePage } from "@sonde/packs/CausePages"
import { paragraph } from "./page.ts"

/** The page, in 80 columns. */
export const causePage = (cause: CausePage): string =>
  paragraph("", cause.id)
  + paragraph("  ", cause.meaning)
  + "\n"
  + paragraph("", cause.means)
  + "\nHow to tell it from others\n"
  + cause.neighbours.map(({ cause: id, tell }) => paragraph("  ", id) + paragraph("    ", tell)).join("")
  + "\nWhat to do, whoever the provider is\n"
  + paragraph("  who can   ", actorNames[cause.todo.actor])
  + paragraph("  look      ", cause.todo.look)
  + paragraph("  change    ", cause.todo.change)
  + (cause.sources === undefined ? "" : `\n${paragraph("Sources  ", cause.sources.join(", "))}`)
