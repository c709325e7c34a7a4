/** `sonde serve tokens`: bearer tokens where the server keeps them. */
import { type AccessTokenError, AccessTokens } from "@sonde/http-server/AccessTokens"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Failure, missing, usage } from "../../Failure.ts"
import { json } from "../../Print.ts"
import { note, Screen } from "../../Screen.ts"
import * as Stores from "./stores.ts"

interface Input {
  readonly state: string | undefined
  readonly database?: string | undefined
}

const remedies: Partial<Record<AccessTokenError["reason"], string>> = {
  BadName: "name it after whom it is for, such as help-desk",
  Exists: "choose another name, or revoke the old one first",
  NotFound: "\"sonde serve tokens list\" lists those there are"
}

const failureOf = ({ message, reason }: AccessTokenError): Failure =>
  reason === "BadName" || reason === "Exists" ? usage(message, remedies[reason]) : missing(message, remedies[reason])

const withTokens = Effect.fnUntraced(function*<A, R>(
  input: Input,
  use: (tokens: AccessTokens["Service"]) => Effect.Effect<A, AccessTokenError, R>
) {
  const stores = yield* Stores.chosen(input)
  return yield* Effect.flatMap(AccessTokens, use).pipe(
    Effect.mapError(failureOf),
    Effect.provide(Layer.provide(AccessTokens.layer, stores.values("tokens")))
  )
})

/** Makes a token and prints it, alone, so that it can be piped. */
export const add = Effect.fnUntraced(function*(input: Input & { readonly name: string }) {
  const screen = yield* Screen
  const { name, token } = yield* withTokens(input, (tokens) => tokens.add(input.name))
  yield* screen.out(`${Redacted.value(token)}\n`)
  yield* note(`this is the token of ${name}; it is shown this once and not kept`)
})

/** All tokens by name. */
export const list = Effect.fnUntraced(function*(input: Input & { readonly json: boolean }) {
  const screen = yield* Screen
  const found = yield* withTokens(input, (tokens) => tokens.list)
  if (input.json) return yield* screen.out(json(found, screen.stdout.isTerminal))
  if (found.length === 0) return yield* note("there are no tokens yet; \"sonde serve tokens add NAME\" makes one")
  const width = Math.max(...found.map(({ name }) => name.length))
  yield* screen.out(
    found.map(({ createdAt, name }) =>
      screen.stdout.isTerminal ? `${name.padEnd(width)}  ${createdAt}\n` : `${name}\t${createdAt}\n`
    ).join("")
  )
})

/** Ends a token. */
export const revoke = Effect.fnUntraced(function*(input: Input & { readonly name: string }) {
  yield* withTokens(input, (tokens) => tokens.revoke(input.name))
  yield* note(`the token of ${input.name} is revoked`)
})
