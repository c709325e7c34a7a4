/**
 * The URL of a database: on the command line where it holds no password, and from a source where it does.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Failure, missing, usage } from "../../Failure.ts"
import type { Screen } from "../../Screen.ts"
import * as Secret from "../../Secret.ts"

const sources = "env:NAME, file:PATH or cmd:COMMAND"
const example = "postgres://USER@HOST/NAME"

const parsed = (text: string): URL | undefined =>
  /^postgres(?:ql)?:\/\//u.test(text) && URL.canParse(text) ? new URL(text) : undefined

/** Takes a `postgres://` or `postgresql://` URL. Nothing of it is repeated: it may hold a password in a wrong place. */
export const read = Effect.fnUntraced(
  function*(text: string): Effect.fn.Return<Redacted.Redacted<string>, Failure, Screen> {
    if (/^(?:env|file|cmd):/u.test(text)) {
      const source = yield* Effect.fromResult(Secret.parse("--database", text))
      const url = yield* Secret.read("--database", source, "")
      if (parsed(Redacted.value(url)) !== undefined) return url
      return yield* missing(`--database: what ${source.kind}: gives is no URL of a database`, `put ${example} there`)
    }
    const url = parsed(text)
    if (url === undefined) {
      return yield* usage(
        "--database takes the URL of a PostgreSQL or the place it comes from",
        `write ${example}, ${sources}`
      )
    }
    if (url.password !== "" || url.searchParams.has("password")) {
      return yield* usage(
        "--database takes no URL with a password, which every process of this machine could read",
        `write the URL to a variable or a file and name that with ${sources}; this one now stands in the history of your shell`
      )
    }
    return Redacted.make(text, { label: "database" })
  }
)
