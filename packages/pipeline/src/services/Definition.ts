/**
 * What the runner knows of a service: where it is, which phases it has, when nothing is left to do, and how it is run.
 *
 * The runner finds the endpoints of all services, lets the token be obtained and judged, and then runs the services side by
 * side. A definition never looks at another service but through what verdicts are given to see.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { JournalError, ProtocolError, ResolveError } from "@sonde/domain/Errors"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { Resolver } from "@sonde/net/Resolver"
import type { Packs } from "@sonde/packs/Packs"
import type * as Effect from "effect/Effect"
import type { Request } from "../Options.ts"
import type * as Prepare from "../Prepare.ts"
import type { Recognition } from "../Recognition.ts"
import type { Attempt } from "../ServiceRun.ts"
import type { Current } from "../Step.ts"

/**
 * A service of a run. `R` is what running it needs beside the current step.
 *
 * - `signsIn`: it signs in with the credential of the run, so that a token which is wrong for it keeps it from starting
 * - `apart`: its token is for another resource than that of mail servers, so that one token never does for both. Where both
 *   are run, it obtains its own, and judges a given one by itself
 * - `supposed`: the endpoint to name in an error that comes before one is known
 * - `find`: the endpoint; `recognised` is how looking for the provider went
 * - `order`: its phases in a run at an endpoint, in the order in which a report has them
 * - `settled`: true where an earlier attempt left nothing to do; it has then told again what that one found
 * - `run`: from the first phase to the last, with its verdicts and findings. Fails only where the journal does
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition<R> {
  readonly id: ServiceId
  readonly signsIn: boolean
  readonly apart?: boolean
  readonly supposed: (request: Request) => Endpoint
  readonly find: (
    request: Request,
    state: Recognition,
    recognised: Prepare.Recognised
  ) => Effect.Effect<Endpoint, ResolveError | ProtocolError, Packs | Resolver>
  readonly order: (endpoint: Endpoint, request: Request) => ReadonlyArray<PhaseId>
  readonly settled: (attempt: Attempt, endpoint: Endpoint) => Effect.Effect<boolean, JournalError, Current>
  readonly run: (attempt: Attempt, endpoint: Endpoint) => Effect.Effect<void, JournalError, R | Packs | Current>
}
