/**
 * What every typed error carries, whatever its tag.
 */
import * as Schema from "effect/Schema"
import { Endpoint } from "../Endpoint.ts"
import { PhaseId, ServiceId } from "../Service.ts"
import { Transcript } from "../Transcript.ts"

/**
 * `message` is one line for people, without a trailing period; `transcript` is what was exchanged before the
 * failure, where a step of the pipeline has attached it.
 */
export const common = {
  service: ServiceId,
  endpoint: Endpoint,
  phase: PhaseId,
  message: Schema.String,
  transcript: Schema.optionalKey(Transcript)
}

/** Milliseconds, finite and not negative. */
export const Millis = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
