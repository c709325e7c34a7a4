/** The packs that a command is to work on: files and folders that were named, or all there are. */
import * as Effect from "effect/Effect"
import { missing } from "../../Failure.ts"
import * as PackFiles from "../../PackFiles.ts"
import { quoted } from "../../Print.ts"

/** What names files. */
export interface Input {
  readonly files: ReadonlyArray<string>
  readonly packs: string | undefined
}

/** The files, folders opened; `undefined` where none was named. Status 66 for a folder without packs. */
export const named = Effect.fnUntraced(function*(input: Input) {
  const found: Array<string> = []
  for (const path of input.files) {
    const files = yield* PackFiles.within("the pack", path)
    if (files.length === 0) {
      return yield* missing(`the folder ${quoted(path)} holds no pack`, "name a folder with .yaml files")
    }
    found.push(...files)
  }
  if (input.packs !== undefined) found.push(...(yield* PackFiles.inFolder("--packs", input.packs)))
  return input.files.length === 0 && input.packs === undefined ? undefined : found
})
