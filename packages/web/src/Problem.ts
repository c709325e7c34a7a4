/**
 * What went wrong with a request, in words for the person at the page; `Refusal.ts` makes it of what a request failed with.
 *
 * Judges nothing of the mail connection: that is in reports.
 */

/**
 * A problem to show. `again` tells whether the same request may succeed later; `afterMillis` how long to wait first; `option` is
 * the name of the field at fault.
 */
export interface Problem {
  readonly kind: "offline" | "unauthorized" | "missing" | "refused" | "busy" | "locked" | "unable" | "defect"
  readonly title: string
  readonly text: string
  readonly again: boolean
  readonly option?: string
  readonly afterMillis?: number
}

/** Something that should not happen. */
export const defect = (text: string): Problem => ({
  kind: "defect",
  title: "That is a defect in Sonde",
  text,
  again: true
})

/** The server wants to know who asks. */
export const unauthorized: Problem = {
  kind: "unauthorized",
  title: "This server wants a bearer token",
  text: "Whoever runs the server makes one with: sonde serve tokens add NAME",
  again: true
}

/** Nothing answers, or not the server. */
export const offline: Problem = {
  kind: "offline",
  title: "The server does not answer",
  text: "Either it is stopped or the network is down. Nothing that you typed is lost.",
  again: true
}

const listeners = new Set<() => void>()

/** Calls back when an answer was that a bearer token is wanted; the result ends that. */
export const onUnauthorized = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Tells a problem to those who can do something about it. */
export const tell = (problem: Problem): Problem => {
  if (problem.kind === "unauthorized") { for (const listener of listeners) listener() }
  return problem
}

/** Whether the same request could ever succeed without another action of the user. */
export const isPassing = (problem: Problem): boolean =>
  problem.kind === "offline" || problem.kind === "busy" || problem.kind === "unable"
