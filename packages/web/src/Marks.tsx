/**
 * States as people see them: a mark, a word and a colour, never the colour alone.
 */
import type { Outcome } from "@sonde/domain/Service"
import * as Phrases from "@sonde/report/Phrases"
import { outcomes } from "@sonde/report/Sentence"
import type { Row } from "./Live.ts"

const words: Readonly<Record<Row["state"], string>> = {
  pass: "passed",
  restored: "kept",
  fail: "failed",
  warn: "warning",
  inconclusive: "undecided",
  skip: "skipped",
  running: "running",
  waiting: "waiting"
}

/** A mark alone, beside words that say the same. */
export const Sign = ({ state }: { readonly state: Row["state"] }) => (
  <span className={`mark ${state}`} aria-hidden>
    {state === "running" || state === "waiting" ? "" : Phrases.marks[state].mark}
  </span>
)

/** The mark of a phase; its word is there for those who do not see it. */
export const StateMark = ({ state }: { readonly state: Row["state"] }) => (
  <>
    <Sign state={state} />
    <span className="unseen">{words[state]}:</span>
  </>
)

/** What a finding weighs. */
export const FindingTag = ({ state }: { readonly state: Outcome }) => (
  <span className={`tag ${state}`}>
    <span aria-hidden>{Phrases.marks[state].mark}</span> {words[state]}
  </span>
)

/** An outcome in a listing. */
export const OutcomeTag = ({ outcome }: { readonly outcome: Outcome }) => (
  <span className={`tag ${outcome}`}>
    <span aria-hidden>{outcomes[outcome].mark}</span> {outcomes[outcome].word}
  </span>
)
