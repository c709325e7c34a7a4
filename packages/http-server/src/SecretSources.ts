/**
 * Secrets that the operator lends to requests, by the name of their source.
 *
 * Decides who may name which source; does not read any. Whether a variable or a file exists is never told.
 */
import type { CheckOptions } from "@sonde/domain/Options"
import * as Target from "@sonde/domain/Target"
import type { InvalidOption } from "@sonde/http-api/Problems"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { invalid } from "./Failures.ts"
import { type AllowedSource, Settings } from "./Settings.ts"

/** A source that cannot be read. `problem` is for the log of the server; it never holds what the source holds. */
export class SourceUnreadable extends Data.TaggedError("SourceUnreadable")<{ readonly problem: string }> {}

/** Reads `env:NAME`, `file:PATH` and `cmd:COMMAND` on the machine of the server. */
export class SourceReader extends Context.Service<SourceReader, {
  read(source: string): Effect.Effect<Redacted.Redacted<string>, SourceUnreadable>
}>()("@sonde/http-server/SecretSources/SourceReader") {}

/** Secrets by source. */
export class SecretSources extends Context.Service<SecretSources, {
  /** The secret of a source that the operator allows for the target of these options. */
  resolve(
    option: "secret" | "token",
    source: string,
    options: CheckOptions
  ): Effect.Effect<Redacted.Redacted<string>, InvalidOption>
}>()("@sonde/http-server/SecretSources") {
  static readonly layer: Layer.Layer<SecretSources, never, Settings | SourceReader> = Layer.effect(
    SecretSources,
    Effect.suspend(() => make)
  )
}

const shape = /^(?:env:[A-Za-z_][A-Za-z0-9_]*|(?:file|cmd):[^\r\n]+)$/u

/** Whether a text has the shape of a source; a text that has not may be the secret itself, and is never repeated. */
export const isSource = (text: string): boolean => shape.test(text)

/** A domain or mailbox in one way of writing; `undefined` for text that is neither. */
const nameOf = (text: string): string | undefined => {
  const read = Target.fromText(text)
  if (Result.isFailure(read)) return undefined
  const target = read.success
  if (target._tag === "Mailbox") return target.mailbox.toLowerCase()
  return target._tag === "Domain" ? target.domain.toLowerCase() : undefined
}

/**
 * The value of `--allow-source`: `TARGET=SOURCE` with a mailbox, a domain or `*` before the equals sign. Fails with a sentence
 * that repeats no part of a source.
 */
export const fromFlag = (text: string): Result.Result<AllowedSource, string> => {
  const equals = text.indexOf("=")
  if (equals < 1) {
    return Result.fail("--allow-source takes TARGET=SOURCE, such as contoso.example=env:PW")
  }
  const target = text.slice(0, equals).trim()
  const source = text.slice(equals + 1)
  const name = target === "*" ? "*" : nameOf(target)
  if (name === undefined) {
    return Result.fail("--allow-source: what stands before = is no mailbox, no domain and not *")
  }
  return isSource(source)
    ? Result.succeed({ target: name, source })
    : Result.fail("--allow-source: what stands after = is no source: write env:NAME, file:PATH or cmd:COMMAND")
}

/** Options that say where a secret would be sent, as whom, or how openly. */
const redirecting = [
  "host",
  "readBackHost",
  "address",
  "connectTo",
  "provider",
  "dns",
  "proxy",
  "ca",
  "user",
  "allowClearAuth"
] as const

/** The option that says where a secret would be sent, as whom, or how openly; a request that names a source may not give it. */
export const redirection = (options: Partial<CheckOptions>): string | undefined =>
  redirecting.find((name) => options[name] !== undefined && options[name] !== false) ??
    (options.security === "none" ? "security" : undefined)

const make = Effect.gen(function*() {
  const { sources } = yield* Settings
  const reader = yield* SourceReader

  const resolve = Effect.fnUntraced(function*(
    option: "secret" | "token",
    source: string,
    options: CheckOptions
  ): Effect.fn.Return<Redacted.Redacted<string>, InvalidOption> {
    if (!isSource(source)) {
      return yield* invalid(
        option,
        "names no source",
        "write env:NAME, file:PATH or cmd:COMMAND as the operator allows; if this was a secret, it is now known to whoever relayed it"
      )
    }
    const name = nameOf(options.target)
    const domain = name?.slice(name.lastIndexOf("@") + 1)
    const allowed = sources.filter((one) =>
      one.source === source && (one.target === "*" || one.target === name || one.target === domain)
    )
    if (allowed.length === 0) {
      // Only a name that fits the flag is put into it.
      return yield* invalid(
        option,
        "names a source that is not allowed for this target",
        source.startsWith("env:")
          ? `the operator can allow it with --allow-source ${domain ?? "TARGET"}=${source}`
          : `the operator can allow it with --allow-source ${domain ?? "TARGET"}=SOURCE`
      )
    }
    if (!allowed.some(({ target }) => target === "*")) {
      const at = redirection(options)
      if (at !== undefined) {
        return yield* invalid(
          at,
          "says where or how a secret of this server would be sent",
          "leave it out, or let the operator allow the source for every target: --allow-source *=SOURCE"
        )
      }
    }
    return yield* reader.read(source).pipe(
      Effect.catch(({ problem }) =>
        Effect.andThen(
          Effect.logWarning(`a secret source cannot be read: ${problem}`),
          invalid(option, "cannot be read on this server", "the log of the server says why")
        )
      )
    )
  })

  return SecretSources.of({ resolve })
})
