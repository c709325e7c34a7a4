/**
 * The shape in which every text protocol of this package reads one reply, so that a connection can wait for a reply without
 * knowing whose it is. The shape only: decoders are in the protocol folders, framing is in `Lines.ts`.
 *
 * @since 0.1.0
 */
import type * as Result from "effect/Result"

/**
 * Reads one reply, line by line.
 *
 * **Details**
 *
 * `push` takes a line without its ending. Success with `undefined`: more lines are needed. Success with a value: the reply
 * is complete. Failure: this is not a reply. After a value or a failure the decoder is finished and gives the same answer
 * to any further line; make a new one for the next reply.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReplyDecoder<out A, out E> {
  readonly push: (line: string) => Result.Result<A | undefined, E>
}
