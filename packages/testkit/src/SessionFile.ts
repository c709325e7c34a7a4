/**
 * Session files on disk. The format and its parser are `@sonde/net/SessionScript`.
 */
import * as SessionScript from "@sonde/net/SessionScript"
import * as Result from "effect/Result"
import { readdirSync, readFileSync } from "node:fs"

const folder = new URL("../../../test-fixtures/sessions/", import.meta.url)

/** The text of a session file, named by its path under `test-fixtures/sessions/` without suffix, such as `smtp/silent`. */
export const text = (name: string): string => readFileSync(new URL(`${name}.session`, folder), "utf8")

/** The steps of a session file. Throws a `SessionScriptError` that names the line when the file is no session. */
export const read = (name: string): ReadonlyArray<SessionScript.Step> =>
  Result.getOrThrowWith(SessionScript.fromText(text(name)), (error) => error)

/** The names of all session files of a protocol, sorted. */
export const names = (protocol: string): ReadonlyArray<string> =>
  readdirSync(new URL(`${protocol}/`, folder))
    .filter((file) => file.endsWith(".session"))
    .map((file) => `${protocol}/${file.slice(0, -".session".length)}`)
    .sort()
