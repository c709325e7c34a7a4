/**
 * Standard input as one text, read once.
 */
import * as Effect from "effect/Effect"
import { missing } from "./Failure.ts"

/** All of standard input; status 66 where it cannot be read or has more than `maxOctets` octets. */
export const text = (maxOctets: number) =>
  Effect.callback<string, ReturnType<typeof missing>>((resume) => {
    const chunks: Array<Buffer> = []
    let octets = 0
    const onData = (chunk: Buffer) => {
      octets += chunk.length
      if (octets <= maxOctets) return void chunks.push(chunk)
      stop()
      resume(Effect.fail(missing(`standard input is larger than ${maxOctets} octets`)))
    }
    const onEnd = () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8")))
    const onError = () => resume(Effect.fail(missing("standard input cannot be read")))
    const stop = () => {
      process.stdin.off("data", onData).off("end", onEnd).off("error", onError).pause()
    }
    process.stdin.on("data", onData).on("end", onEnd).on("error", onError)
    return Effect.sync(stop)
  })
