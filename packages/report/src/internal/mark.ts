/**
 * The marks of phase states on a screen.
 */
import type { PhaseState } from "@sonde/domain/Service"
import type { Appearance } from "../Appearance.ts"
import * as Layout from "./layout.ts"
import { marks } from "./words.ts"

const styles: Readonly<Record<PhaseState, Layout.Style>> = {
  pass: "green",
  restored: "green",
  fail: "red",
  warn: "yellow",
  inconclusive: "yellow",
  skip: "dim"
}

/** The mark of a state, coloured; `plain` is the same without colour, for measuring. */
export const mark = (look: Appearance, state: PhaseState): { readonly plain: string; readonly shown: string } => {
  const plain = look.ascii ? marks[state].ascii.padEnd(4) : marks[state].mark
  return { plain, shown: Layout.paint(look, styles[state], plain) }
}
