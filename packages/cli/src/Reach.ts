/**
 * Whom a server may contact, and with which secrets: the flags of operators, judged.
 */
import * as SecretSources from "@sonde/http-server/SecretSources"
import type * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import { usage } from "./Failure.ts"
import * as Files from "./Files.ts"
import type * as Flags from "./Flags.ts"

/** Numbers of ports, or any. */
const portsOf = Effect.fnUntraced(function*(texts: ReadonlyArray<string>) {
  const words = texts.flatMap((text) => text.split(",")).map((text) => text.trim())
  if (words.length === 0) return {}
  if (words.includes("any")) return { anyPort: true }
  if (!words.every((text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535)) {
    return yield* usage("--allow-ports takes numbers from 1 to 65535, or any")
  }
  return { ports: words.map(Number) }
})

/** The settings that these flags mean. A problem repeats no part of a source. */
export const settings = Effect.fnUntraced(function*(input: Flags.Parsed<typeof Flags.reach>) {
  const sources: Array<Settings.AllowedSource> = []
  for (const text of input.allowSource) {
    sources.push(yield* Effect.mapError(Effect.fromResult(SecretSources.fromFlag(text)), (problem) => usage(problem)))
  }
  if (input.connectTo.length > 0 && !input.allowPrivate) {
    return yield* usage("--connect-to dials what is named", "add --allow-private")
  }
  return {
    sources,
    allowPrivate: input.allowPrivate,
    // What the operator says, and no request: it redirects nothing that the operator did not mean.
    connectTo: input.connectTo,
    ca: input.ca === undefined ? undefined : yield* Files.certificates("--ca", input.ca),
    ...(yield* portsOf(input.allowPorts))
  }
})
