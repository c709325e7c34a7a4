/**
 * The words of a discovery: how a setting is used, and what became of a source. No layout and no colour.
 *
 * @since 0.1.0
 */
import type { Setting, SourceAnswer } from "@sonde/domain/Discovery"
import type { PhaseState, Security } from "@sonde/domain/Service"
import * as Escape from "./Escape.ts"
import { duration } from "./internal/time.ts"

const securities: Readonly<Record<Security, string>> = {
  tls: "TLS",
  starttls: "STARTTLS",
  none: "no encryption",
  opportunistic: "STARTTLS where offered"
}

const states: Readonly<Record<SourceAnswer["state"], PhaseState>> = {
  found: "pass",
  none: "skip",
  failed: "inconclusive",
  skipped: "skip"
}

/**
 * How a setting is used: `STARTTLS, as person@example.com`.
 *
 * @category words
 * @since 0.1.0
 */
export const manner = ({ endpoint, user }: Pick<Setting, "endpoint" | "user">): string =>
  `${securities[endpoint.security]}${user === undefined ? "" : `, as ${Escape.line(user)}`}`

/**
 * The state by which a source is marked.
 *
 * @category words
 * @since 0.1.0
 */
export const markedAs = ({ state }: SourceAnswer): PhaseState => states[state]

/**
 * What a source said, or why it was not asked.
 *
 * @category words
 * @since 0.1.0
 */
export const said = ({ state, text }: SourceAnswer): string =>
  `${state === "skipped" ? "not asked: " : ""}${Escape.line(text)}`

/**
 * How long it took; empty for a source that was not asked.
 *
 * @category words
 * @since 0.1.0
 */
export const took = ({ durationMillis, state }: SourceAnswer): string =>
  state === "skipped" ? "" : duration(durationMillis)
