/**
 * The snippet of the README, taken from the README, compiled and run in an empty project from packed tarballs.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** The TypeScript block that follows the heading on embedding. */
const snippet = (): string => {
  const readme = readFileSync(join(root, "README.md"), "utf8")
  const section = readme.slice(readme.indexOf("## Embed it"))
  const found = /```ts\n([\s\S]*?)```/.exec(section)
  if (found?.[1] === undefined) throw new Error("the README has no snippet under \"Embed it\"")
  return found[1]
}

const done = (command: string, args: ReadonlyArray<string>, cwd: string): string => {
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 110_000 })
  assert.strictEqual(status, 0, `${command} ${args.join(" ")}\n${stdout}${stderr}`)
  return stdout
}

/** Runs while this process goes on, so that the simulator in it can answer. */
const running = (args: ReadonlyArray<string>, cwd: string, env: Readonly<Record<string, string>>) =>
  Effect.promise(() =>
    new Promise<{ readonly code: number | null; readonly text: string }>((resolve) => {
      const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } })
      let text = ""
      child.stdout.on("data", (chunk) => text += chunk)
      child.stderr.on("data", (chunk) => text += chunk)
      child.on("close", (code) => resolve({ code, text }))
    })
  )

const dependenciesOf = (folder: string): ReadonlyArray<string> =>
  Object.keys(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).dependencies ?? {})

/** All rooms that these rooms need, and the packages of others, each with the folder in which it is installed. */
const needed = (names: ReadonlyArray<string>) => {
  const rooms = new Set<string>()
  const others = new Map<string, string>()
  const other = (name: string, folder: string): void => {
    if (others.has(name)) return
    others.set(name, folder)
    // What a package needs stands beside it in the store.
    const beside = folder.slice(0, -name.length)
    for (const further of dependenciesOf(folder)) other(further, realpathSync(join(beside, further)))
  }
  const room = (name: string): void => {
    if (rooms.has(name)) return
    rooms.add(name)
    const folder = join(root, "packages", name)
    for (const further of dependenciesOf(folder)) {
      if (further.startsWith("@sonde/")) room(further.slice("@sonde/".length))
      else other(further, realpathSync(join(folder, "node_modules", further)))
    }
  }
  names.forEach(room)
  return { rooms, others }
}

describe("the snippet of the README", () => {
  let project = ""

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "sonde-embedding-"))
    const packed = done(process.execPath, [join(root, "scripts/pack.ts"), join(project, "tarballs")], root)
    const tarballs: Readonly<Record<string, string>> = JSON.parse(packed)
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "embedding", private: true, type: "module" }))
    writeFileSync(join(project, "main.ts"), snippet())
    // Every dependency comes from this machine: ours from the tarballs, the others from where they are installed.
    const { others, rooms } = needed(["sonde", "platform-node"])
    const installed = [...others].map(([name, folder]) => `${name}@file:${folder}`)
    const ours = [...rooms].map((name) => tarballs[`@sonde/${name}`] ?? assert.fail(`no tarball of ${name}`))
    const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--install-links"]
    done("npm", ["install", "--offline", ...quiet, ...installed, ...ours], project)
    symlinkSync(join(root, "node_modules/@types"), join(project, "node_modules/@types"))
    return () => rmSync(project, { recursive: true, force: true })
  }, 180_000)

  it("compiles without an error", () => {
    const options = [
      "--strict",
      "--noEmit",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--types",
      "node"
    ]
    done(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...options, "main.ts"], project)
  })

  it("does not compile when it forgets SendAsDenied", () => {
    const without = snippet().replace(/^\s*SendAsDenied:.*$/m, "")
    assert.notStrictEqual(without, snippet())
    writeFileSync(join(project, "forgetful.ts"), without)
    const options = [
      "--strict",
      "--noEmit",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--types",
      "node"
    ]
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), ...options, "forgetful.ts"],
      { cwd: project, encoding: "utf8" }
    )
    assert.notStrictEqual(status, 0)
    assert.include(stdout, "SendAsDenied")
  })

  it.live("catches SendAsDenied and Throttled", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulator.start({})
      const said = Effect.fnUntraced(function*(address: string, from: string) {
        const mailbox = simulator.mailboxes.find((candidate) => candidate.address === address)
        const { caPem: ca, connectTo } = simulator
        const settings = { target: address, from, to: [address], provider: "microsoft-365", connectTo, ca }
        return yield* running(["main.ts"], project, {
          MAIL_SETTINGS: JSON.stringify(settings),
          MAIL_SECRET: mailbox?.secret ?? ""
        })
      })
      const denied = yield* said("crm@contoso.example", "sales@contoso.example")
      assert.include(denied.text, "crm@contoso.example may not send as sales@contoso.example")
      const throttled = yield* said("burst@contoso.example", "burst@contoso.example")
      assert.match(throttled.text, /wait \d+ s/)
      const sent = yield* said("app@contoso.example", "app@contoso.example")
      assert.include(sent.text, "250 2.0.0 OK")
      assert.strictEqual(sent.code, 0)
    }).pipe(Effect.scoped), 60_000)
})
