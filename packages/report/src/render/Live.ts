/**
 * What is shown while a run goes on: one line that is replaced in place, or plain lines where that is not possible.
 *
 * A pure state machine: events and ticks in, text for standard error out. It knows no clock; whoever feeds it also
 * sends the ticks, a few a second.
 *
 * @since 0.1.0
 */
import type { Event } from "@sonde/domain/Event"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { Appearance } from "../Appearance.ts"
import * as Layout from "../internal/layout.ts"
import * as Phrases from "../Phrases.ts"

/**
 * How progress is shown: `replace` one line in place, print `lines`, or `none` at all.
 *
 * @category models
 * @since 0.1.0
 */
export type Mode = "replace" | "lines" | "none"

/**
 * What is running, since when (milliseconds of the caller's clock), until when a person has time to act for it, and whether a
 * live line stands on the screen.
 *
 * @category models
 * @since 0.1.0
 */
export interface State {
  readonly look: Appearance
  readonly mode: Mode
  readonly limitMillis: number
  readonly running: ReadonlyArray<Running>
  readonly shown: string
}

/**
 * A phase that runs. `until` is the end of the time that somebody has to sign in on another device.
 *
 * @category models
 * @since 0.1.0
 */
export interface Running {
  readonly service: ServiceId
  readonly phase: PhaseId
  readonly since: number
  readonly until?: number
}

/**
 * Nothing running yet. Without a terminal, progress is plain lines; with `CI` set there is none; `limitMillis` is the
 * time limit of a phase.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly look: Appearance
  readonly ci: boolean
  readonly limitMillis: number
}): State => ({
  look: options.look,
  mode: options.ci ? "none" : options.look.terminal ? "replace" : "lines",
  limitMillis: options.limitMillis,
  running: [],
  shown: ""
})

const awaits: Readonly<Record<PhaseId, string>> = {
  resolve: "waiting for the resolver",
  connect: "waiting for an address to answer",
  greeting: "waiting for greeting",
  ehlo: "waiting for capabilities",
  capability: "waiting for capabilities",
  starttls: "waiting to begin TLS",
  tls: "waiting for the TLS handshake",
  versions: "trying versions of TLS",
  auth: "waiting for the sign-in",
  mail: "waiting for the sender to be accepted",
  rcpt: "waiting for recipients to be accepted",
  data: "waiting for the message to be accepted",
  select: "waiting for the mailbox",
  stat: "waiting for the mailbox",
  list: "waiting for the list",
  logout: "waiting for the farewell",
  quit: "waiting for the farewell",
  metadata: "waiting for metadata",
  token: "waiting for a token",
  claims: "reading the token",
  mailbox: "waiting for the mailbox",
  send: "waiting for the message to be accepted",
  find: "looking for the message",
  mx: "waiting for mail exchangers",
  spf: "waiting for SPF",
  dkim: "waiting for DKIM keys",
  dmarc: "waiting for DMARC",
  "mta-sts": "waiting for MTA-STS",
  "tls-rpt": "waiting for TLS reporting",
  dane: "waiting for TLSA records",
  bimi: "waiting for BIMI",
  bulk: "comparing with the rules for bulk senders"
}

/** As wide as in the rows that are printed when a phase has ended. */
const label = (phase: string): string => `${phase}  `.padEnd(10)

/** A time that is counted down: `4:05`. */
const minutes = (seconds: number): string => `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`

const erase = "\r\u001b[2K"

const live = (state: State, now: number): string => {
  const first = state.running[0]
  if (first === undefined) return ""
  if (first.until !== undefined) {
    // Whole seconds: a second hand that does not jump about.
    const left = Math.max(0, Math.ceil((first.until - now) / 1000))
    const text = `  ${label(first.phase)}waiting for the sign-in on another device, ${minutes(left)} left`
    return Layout.paint(state.look, "dim", text.slice(0, state.look.width - 1))
  }
  const limit = Math.round(state.limitMillis / 1000)
  const waited = Math.floor((now - first.since) / 1000)
  const time = waited < 1 ? "" : `, ${Math.min(waited, limit)} of ${limit} s`
  const others = state.running.length > 1 ? ` (and ${state.running.length - 1} more)` : ""
  const text = `  ${label(first.phase)}${awaits[first.phase]}${time}${others}`
  const cut = text.length < state.look.width ? text : text.slice(0, state.look.width - 1)
  return Layout.paint(state.look, "dim", state.look.ascii ? Layout.toAscii(cut) : cut)
}

const redraw = (state: State, now: number): readonly [State, string] => {
  if (state.mode !== "replace") return [state, ""]
  const next = live(state, now)
  if (next === state.shown) return [state, ""]
  return [{ ...state, shown: next }, state.shown === "" && next !== "" ? next : erase + next]
}

const without = (state: State, service: ServiceId, phase: PhaseId): State => ({
  ...state,
  running: state.running.filter((one) => one.service !== service || one.phase !== phase)
})

/**
 * Takes an event and says what to write. `now` is in milliseconds of any one clock.
 *
 * @category transitions
 * @since 0.1.0
 */
export const onEvent = (state: State, event: Event, now: number): readonly [State, string] => {
  switch (event.type) {
    case "phase.start":
      return redraw({
        ...state,
        running: [...state.running, { service: event.service, phase: event.phase, since: now }]
      }, now)
    case "phase.end": {
      const next = without(state, event.service, event.phase.id)
      if (state.mode !== "lines" || event.phase.state === "skip") return redraw(next, now)
      const time = event.phase.durationMillis === undefined ? "" : ` ${Phrases.duration(event.phase.durationMillis)}`
      return [next, `${event.service} ${event.phase.id} ${event.phase.state}${time}\n`]
    }
    case "prompt":
      // How long there is counts from when it was told, whatever the caller's clock begins with.
      return onPrompt(state, event, now, now + Date.parse(event.expiresAt) - Date.parse(event.at))
    case "run.suspend":
    case "run.end":
      return end(state)
    default:
      return [state, ""]
  }
}

/**
 * Somebody is told what to do on another device, and has time until `until`, on the clock of `now`. That stands in lines of its own:
 * the live line goes, and comes again below them.
 *
 * @category transitions
 * @since 0.1.0
 */
export const onPrompt = (
  state: State,
  { phase, service }: Pick<Running, "phase" | "service">,
  now: number,
  until: number
): readonly [State, string] => {
  const others = state.running.filter((one) => one.phase !== phase || one.service !== service)
  const meant = state.running.find((one) => one.phase === phase && one.service === service)
  const running = [{ service, phase, since: meant?.since ?? now, until }, ...others]
  return [{ ...state, running, shown: "" }, end(state)[1]]
}

/**
 * Time has passed: brings the live line up to date.
 *
 * @category transitions
 * @since 0.1.0
 */
export const onTick = (state: State, now: number): readonly [State, string] => redraw(state, now)

/**
 * Removes the live line, for the end of a run or an interruption.
 *
 * @category transitions
 * @since 0.1.0
 */
export const end = (state: State): readonly [State, string] => [
  { ...state, running: [], shown: "" },
  state.mode === "replace" && state.shown !== "" ? erase : ""
]
