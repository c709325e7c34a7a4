/**
 * The services that a run can have in this version, in the order of the contract.
 *
 * Adding one: its id here; its definition in `services/Registry.ts`, which does not compile without it; its phases in
 * `stops` of `Options.ts`.
 *
 * @since 0.1.0
 */
import type { ServiceId } from "@sonde/domain/Service"

/**
 * Services that a run can be asked for.
 *
 * @category constants
 * @since 0.1.0
 */
export const available = [
  "smtp-submission",
  "imap",
  "pop3",
  "sieve",
  "graph",
  "token",
  "mx",
  "posture",
  "tls"
] as const satisfies ReadonlyArray<ServiceId>

/**
 * Services that a run has only where they are asked for, by name or as the way to send.
 *
 * @category constants
 * @since 0.1.0
 */
export const onDemand: ReadonlyArray<ServiceId> = ["imap", "pop3", "sieve", "graph", "mx", "posture", "tls"]

/** @category models @since 0.1.0 */
export type Available = typeof available[number]

/**
 * Services that connect to a server of the mailbox. The token is none: it comes before them.
 *
 * @category models
 * @since 0.1.0
 */
export type Dialled = Exclude<Available, "token">

/**
 * Services that read a mailbox: what they share is one recipe.
 *
 * @category models
 * @since 0.1.0
 */
export type Reading = Extract<Dialled, "imap" | "pop3" | "sieve">
