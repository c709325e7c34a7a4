/** `sonde packs schema`: the JSON Schema of packs, for editors. */
import * as Pack from "@sonde/packs/Pack"
import * as Effect from "effect/Effect"
import { usage } from "../../Failure.ts"
import * as Files from "../../Files.ts"
import { json, quoted } from "../../Print.ts"
import { note, Screen } from "../../Screen.ts"

/** The first line of a pack by which editors find a schema that lies beside it. */
export const editorLine = (file: string): string => `# yaml-language-server: $schema=${file}`

/** Prints the schema, or writes it to a file; only another schema is replaced. */
export const schema = Effect.fnUntraced(function*(input: { readonly out: string | undefined }) {
  const screen = yield* Screen
  const text = json(Pack.jsonSchema(), true)
  if (input.out === undefined) return yield* screen.out(text)
  const found = yield* Files.text("--out", input.out).pipe(Effect.orElseSucceed(() => undefined))
  if (found !== undefined && found !== "" && !/^\s*\{\s*"\$schema"/.test(found)) {
    return yield* usage(`--out: ${quoted(input.out)} is there already and is no JSON Schema`, "give another name")
  }
  yield* Files.write(input.out, text, true)
  const name = input.out.split(/[/\\]/).at(-1) ?? input.out
  yield* note(`${input.out} is written; editors use it for packs beside it that begin with ${editorLine(name)}`)
})
