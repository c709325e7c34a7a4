/**
 * The services that a run can have, in the order of the contract: all that there are words for.
 *
 * Adding one: its id in `Words.ts` of `domain`; its definition in `services/Registry.ts`, which does not compile without it; its phases
 * in `options/Stops.ts`, and what its options must say in a file beside that.
 *
 * @since 0.1.0
 */
import type { ServiceId } from "@sonde/domain/Service"
import { serviceIds } from "@sonde/domain/Words"

/**
 * Services that a run can be asked for.
 *
 * @category constants
 * @since 0.1.0
 */
export const available = serviceIds

/**
 * Services that a run has only where they are asked for, by name or as the way to send.
 *
 * @category constants
 * @since 0.1.0
 */
export const onDemand: ReadonlyArray<ServiceId> = ["imap", "pop3", "sieve", "graph", "mx", "lmtp", "posture", "tls"]

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
