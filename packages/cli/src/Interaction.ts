/**
 * What a run that obtains a token may ask of the person at the keyboard: to go to a page, with a code or with a browser.
 */
import { Visitor } from "@sonde/phases/Browser"
import { Prompter } from "@sonde/phases/Token"
import * as Effect from "effect/Effect"
import * as Browser from "./Browser.ts"
import * as DevicePrompt from "./DevicePrompt.ts"

/** How a browser is gone to. */
export interface Ways {
  readonly grant: string | undefined
  readonly redirectUri: string | undefined
  readonly opens: boolean
}

/** Provides a program with a person. A browser's way back is listened for only where it is to come, and only so long. */
export const provide = <A, E, R>(program: Effect.Effect<A, E, R>, { grant, opens, redirectUri }: Ways) =>
  Effect.gen(function*() {
    const browser = grant === "authorization-code" ? yield* Browser.make({ redirectUri, opens }) : undefined
    return yield* program.pipe(
      Effect.provideService(Prompter, yield* DevicePrompt.make),
      Effect.provideService(Visitor, browser)
    )
  }).pipe(Effect.scoped)
