/** The token cache on a real disk: what is in it, who may read it, and everything that may be wrong with it. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeTokenCache from "@sonde/platform-node/NodeTokenCache"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const label: NodeTokenCache.Label = {
  issuer: "https://login.example/t/token",
  kind: "device-code",
  clientId: "app-canary",
  scope: "mail.read mail.send",
  user: "alice@example.test"
}
const kept: NodeTokenCache.Kept = {
  token: Redacted.make("canary-token-9fK2xQ7vLm3z"),
  refreshToken: Redacted.make("canary-refresh-9fK2xQ7vLm3z"),
  expiresAtMillis: 1_800_000_000_000
}
const key = "canary-key-0123456789abcdef"

const temporary = Effect.acquireRelease(
  Effect.sync(() => join(mkdtempSync(join(tmpdir(), "sonde-cache-")), "state", "token-cache")),
  (folder) => Effect.sync(() => rmSync(join(folder, "..", ".."), { recursive: true, force: true }))
)

const opened = (folder: string, warnings: Array<string> = [], secret = key) =>
  NodeTokenCache.make({
    folder,
    secret: Redacted.make(secret),
    warn: (text) => Effect.sync(() => void warnings.push(text))
  })

const shown = (found: NodeTokenCache.Kept | undefined) =>
  found && {
    token: Redacted.value(found.token),
    refreshToken: found.refreshToken && Redacted.value(found.refreshToken),
    expiresAtMillis: found.expiresAtMillis
  }

const tokenFiles = (folder: string) => readdirSync(folder).filter((name) => name !== "key.json")

const live = (title: string, test: () => Effect.Effect<void, unknown, Effect.Services<typeof temporary>>) =>
  it.live(title, () => Effect.scoped(test()))

describe("NodeTokenCache", () => {
  live("gives back what it was given, to whoever has the key, under the same label", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      yield* (yield* opened(folder)).put(label, kept)
      const again = yield* opened(folder)
      assert.deepStrictEqual(shown(yield* again.get(label)), shown(kept))
      const same = { ...label, user: "Alice@Example.test", scope: "mail.send mail.read" }
      assert.isDefined(yield* again.get(same))
      for (const other of ["issuer", "kind", "clientId", "scope", "user"] as const) {
        assert.isUndefined(yield* again.get({ ...label, [other]: "another" }), other)
      }
    }))

  live("leaves nothing on the disk in clear, and lets nobody else read it", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const cache = yield* opened(folder)
      yield* cache.put(label, kept)
      assert.strictEqual(statSync(folder).mode & 0o777, 0o700)
      const secrets = [Redacted.value(kept.token), "canary-refresh", "alice", "example", "app-canary", "mail.read", key]
      for (const name of readdirSync(folder)) {
        const path = join(folder, name)
        assert.strictEqual(statSync(path).mode & 0o777, 0o600)
        const text = readFileSync(path, "latin1")
        for (const secret of secrets) {
          for (const encoding of ["utf8", "base64", "base64url", "hex"] as const) {
            const written = Buffer.from(secret).toString(encoding).replace(/=+$/, "")
            assert.notInclude(`${name} ${text}`.toLowerCase(), written.slice(0, -2).toLowerCase())
          }
        }
      }
    }))

  live("refuses a wrong key and a short one, and keeps what is there", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      yield* (yield* opened(folder)).put(label, kept)
      const wrong = yield* Effect.flip(opened(folder, [], "another-key-0123456789"))
      assert.strictEqual(wrong.reason, "WrongKey")
      assert.match(wrong.problem, /the key does not open the tokens in/)
      assert.strictEqual((yield* Effect.flip(opened(folder, [], "short"))).reason, "ShortKey")
      assert.isDefined(yield* (yield* opened(folder)).get(label))
    }))

  for (
    const [what, damage] of [
      ["torn", (text: string) => text.slice(0, text.length / 2)],
      ["empty", () => ""],
      [
        "changed",
        (text: string) => text.replace(/"data":"./, (found) => found.endsWith("A") ? "\"data\":\"B" : "\"data\":\"A")
      ],
      ["of another version", (text: string) => text.replace("\"version\":1", "\"version\":2")],
      ["with a short tag", (text: string) => text.replace(/"tag":"[^"]+"/, "\"tag\":\"AAAA\"")]
    ] as const
  ) {
    live(`takes a file that is ${what} as none, removes it, and says so`, () =>
      Effect.gen(function*() {
        const folder = yield* temporary
        const warnings: Array<string> = []
        const cache = yield* opened(folder, warnings)
        yield* cache.put(label, kept)
        const path = join(folder, tokenFiles(folder)[0] ?? "")
        writeFileSync(path, damage(readFileSync(path, "utf8")))
        assert.isUndefined(yield* cache.get(label))
        assert.deepStrictEqual(warnings, ["the token cache: a damaged token was removed, and is obtained anew"])
        assert.deepStrictEqual(tokenFiles(folder), [])
      }))
  }

  live("does not take one token for another whose file was copied over it", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const cache = yield* opened(folder)
      yield* cache.put(label, kept)
      const [first = ""] = tokenFiles(folder)
      const other = { ...label, user: "bob@example.test" }
      yield* cache.put(other, kept)
      const second = tokenFiles(folder).find((name) => name !== first) ?? ""
      copyFileSync(join(folder, first), join(folder, second))
      assert.isUndefined(yield* cache.get(other))
      assert.isDefined(yield* cache.get(label))
    }))

  live("refuses a folder and files that others may read, with the remedy", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      yield* (yield* opened(folder)).put(label, kept)
      const path = join(folder, tokenFiles(folder)[0] ?? "")
      chmodSync(path, 0o644)
      const file = yield* Effect.flip(opened(folder))
      assert.deepInclude(file, { reason: "Permissions", remedy: `close it with: chmod 600 "${path}"` })
      chmodSync(path, 0o600)
      chmodSync(folder, 0o755)
      const place = yield* Effect.flip(opened(folder))
      assert.deepInclude(place, { reason: "Permissions", remedy: `close it with: chmod 700 "${folder}"` })
    }))

  live("refuses a damaged head, and a place that is no folder", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      yield* opened(folder)
      writeFileSync(join(folder, "key.json"), "{")
      assert.strictEqual((yield* Effect.flip(opened(folder))).reason, "Damaged")
      assert.strictEqual((yield* Effect.flip(opened(join(folder, "key.json")))).reason, "Unwritable")
    }))

  live("forgets the tokens of one user, or all of them without the key", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const cache = yield* opened(folder)
      yield* cache.put(label, kept)
      yield* cache.put({ ...label, scope: "other" }, kept)
      yield* cache.put({ ...label, user: "bob@example.test" }, kept)
      assert.strictEqual(yield* cache.forget("ALICE@example.test"), 2)
      assert.isUndefined(yield* cache.get(label))
      assert.isDefined(yield* cache.get({ ...label, user: "bob@example.test" }))
      assert.strictEqual(yield* NodeTokenCache.forgetAll(folder), 1)
      assert.deepStrictEqual(readdirSync(folder), [])
      assert.strictEqual(yield* NodeTokenCache.forgetAll(join(folder, "none")), 0)
    }))
})
