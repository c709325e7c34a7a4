/** `sonde serve tokens` over a real state folder. */
import { assert, describe, it } from "@effect/vitest"
import * as Stores from "@sonde/cli/run/serve/stores"
import * as Tokens from "@sonde/cli/run/serve/tokens"
import { AccessTokens } from "@sonde/http-server/AccessTokens"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { screen } from "./screen.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-tokens-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const said = <A, E, R>(work: Effect.Effect<A, E, R>) => {
  const { layer, written } = screen()
  return Effect.map(Effect.provide(work, layer), () => written)
}

/** What a server with the same state folder makes of a token. */
const verify = (state: string, token: string) =>
  Effect.flatMap(AccessTokens, (tokens) => tokens.verify(Redacted.make(token))).pipe(
    Effect.provide(Layer.provide(AccessTokens.layer, Stores.inFolder(state).values("tokens")))
  )

describe("sonde serve tokens", () => {
  it.effect("makes a token that servers know until it is revoked", () =>
    Effect.gen(function*() {
      const state = join(yield* temporary, "new", "state")
      const made = yield* said(Tokens.add({ state, name: "help-desk" }))
      assert.match(made.out, /^sonde_[A-Za-z0-9_-]{43}\n$/)
      assert.include(made.err, "shown this once")
      const token = made.out.trim()
      assert.strictEqual(yield* verify(state, token), "help-desk")
      const listed = yield* said(Tokens.list({ state, json: true }))
      assert.deepStrictEqual(JSON.parse(listed.out).map(({ name }: { readonly name: string }) => name), ["help-desk"])
      assert.notInclude(listed.out, token.slice("sonde_".length))
      assert.match((yield* said(Tokens.list({ state, json: false }))).out, /^help-desk\t\d{4}-[\d:.TZ-]+\n$/)
      yield* said(Tokens.revoke({ state, name: "help-desk" }))
      assert.strictEqual(yield* verify(state, token), undefined)
      assert.strictEqual((yield* said(Tokens.list({ state, json: false }))).out, "")
    }).pipe(Effect.scoped))

  it.effect("keeps a digest, in a folder of its owner", () =>
    Effect.gen(function*() {
      const state = yield* temporary
      const { out } = yield* said(Tokens.add({ state, name: "monitor" }))
      const folder = join(state, "tokens")
      assert.strictEqual(statSync(folder).mode & 0o077, 0)
      for (const file of readdirSync(folder)) {
        assert.notInclude(readFileSync(join(folder, file), "utf8"), out.trim().slice("sonde_".length))
      }
    }).pipe(Effect.scoped))

  it.effect("says what is wrong with a name, with a status", () =>
    Effect.gen(function*() {
      const state = yield* temporary
      yield* said(Tokens.add({ state, name: "monitor" }))
      const code = <A, R>(work: Effect.Effect<A, { readonly exitCode: number; readonly message: string }, R>) =>
        Effect.map(Effect.flip(said(work)), ({ exitCode, message }) => `${exitCode} ${message}`)
      assert.match(yield* code(Tokens.add({ state, name: "monitor" })), /^64 .*named monitor: choose another name/)
      assert.match(yield* code(Tokens.add({ state, name: "Help Desk" })), /^64 a name has lower-case letters/)
      assert.match(yield* code(Tokens.revoke({ state, name: "nobody" })), /^66 there is no token named "nobody"/)
    }).pipe(Effect.scoped))

  it.effect("says that a state folder cannot be used", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      writeFileSync(join(folder, "file"), "")
      chmodSync(join(folder, "file"), 0o600)
      const { exitCode } = yield* Effect.flip(said(Tokens.list({ state: join(folder, "file"), json: false })))
      assert.strictEqual(exitCode, 66)
    }).pipe(Effect.scoped))
})
