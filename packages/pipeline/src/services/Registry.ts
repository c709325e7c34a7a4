/**
 * The services of a run by their ids. A service that `Available.ts` names and that is missing here does not compile.
 *
 * @since 0.1.0
 */
import type { ServiceId } from "@sonde/domain/Service"
import type * as Effect from "effect/Effect"
import type { Dialled } from "../Available.ts"
import type { Definition } from "./Definition.ts"
import { definition as mx } from "./Exchanger.ts"
import { definition as graph } from "./Graph.ts"
import { definition as lmtp } from "./Lmtp.ts"
import { definition as mailbox } from "./Mailbox.ts"
import { definition as posture } from "./Posture.ts"
import { definition as submission } from "./Submission.ts"
import { definition as tls } from "./Tls.ts"

const definitions = {
  "smtp-submission": submission,
  "imap": mailbox("imap"),
  "pop3": mailbox("pop3"),
  "sieve": mailbox("sieve"),
  "graph": graph,
  mx,
  lmtp,
  posture,
  tls
} as const satisfies Record<Dialled, Definition<unknown>>

type Definitions = typeof definitions

/**
 * What the services need.
 *
 * @category models
 * @since 0.1.0
 */
export type Needs = Effect.Services<ReturnType<Definitions[keyof Definitions]["run"]>>

/**
 * The services of these ids that connect to a server, in the order of the list.
 *
 * @category combinators
 * @since 0.1.0
 */
export const dialled = (ids: ReadonlyArray<ServiceId>): ReadonlyArray<Definition<Needs>> =>
  ids.flatMap((id) => Object.hasOwn(definitions, id) ? [definitions[id as Dialled]] : [])

/**
 * The service of an id.
 *
 * @category combinators
 * @since 0.1.0
 */
export const definitionOf = (id: Dialled): Definition<Needs> => definitions[id]
