/**
 * Sets a fresh clone up: pnpm, the pinned Node and all packages, into `node_modules`.
 *
 * Runs on any Node from 18 on, by `npm start`, `npm test`, `npm run build` and `scripts/sonde`. Does nothing when the lock
 * file and the manifests are those it last installed on this platform and the pinned Node starts. Everything it says goes
 * to standard error, and it never reads standard input: both belong to the command that runs next.
 *
 * Installs again after an install that was cut off, and from nothing when what is there is of another platform.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const at = (path) => root + path
const stamp = at("node_modules/.sonde-stamp")
const say = (text) => process.stderr.write(`sonde: ${text}\n`)
const stop = (text, status = 1) => {
  say(text)
  process.exit(status)
}

const { config, devDependencies } = JSON.parse(readFileSync(at("package.json"), "utf8"))
const pnpm = `pnpm@${config.pnpm}`

if (process.report !== undefined) process.report.excludeNetwork = true
// glibc and musl need different files, and so do two processors on one shared disk.
const platform = `${process.platform}-${process.arch}-${
  process.platform === "linux" && process.report?.getReport().header.glibcVersionRuntime === undefined ? "musl" : "std"
}`

/** What an install depends on, in one line. */
const fingerprint = () => {
  const hash = createHash("sha256")
  const manifests = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"]
  for (const name of readdirSync(at("packages")).sort()) manifests.push(`packages/${name}/package.json`)
  for (const path of manifests) {
    if (existsSync(at(path))) hash.update(path).update("\0").update(readFileSync(at(path))).update("\0")
  }
  return `${platform} ${hash.digest("hex")}`
}

const readStamp = () => {
  try {
    return readFileSync(stamp, "utf8")
  } catch {
    return ""
  }
}

/** Whether the pinned Node is there, whole, and made for this machine. */
const nodeStarts = () => {
  const result = spawnSync(at("node_modules/.bin/node"), ["--version"], {
    encoding: "utf8",
    shell: process.platform === "win32"
  })
  return result.status === 0 && result.stdout.trim() === `v${devDependencies.node}`
}

const install = () => {
  const result = spawnSync("npx", ["-y", pnpm, "install", "--frozen-lockfile"], {
    cwd: root,
    // CI: pnpm asks nobody and may replace a node_modules that it cannot use.
    env: { ...process.env, CI: "true", npm_config_update_notifier: "false" },
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32"
  })
  if (result.error !== undefined || result.status !== 0) {
    stop(
      `the set-up failed (${result.error?.message ?? `exit ${result.status}`}). `
        + "It needs npm, a way to the npm registry and a folder it may write to; see the lines above, then run the same "
        + "command again.",
      result.status || 1
    )
  }
}

const wanted = fingerprint()
const found = readStamp()
if (found !== wanted || !nodeStarts()) {
  const started = Date.now()
  say(
    `setting up, once (Node ${process.versions.node} runs this; the project's own Node ${devDependencies.node} follows)`
  )
  try {
    mkdirSync(at("node_modules"), { recursive: true })
    accessSync(at("node_modules"), constants.W_OK)
    // From here until the end nothing is vouched for, so that an install that is cut off is taken up again.
    rmSync(stamp, { force: true })
    if (found !== "" && found.split(" ")[0] !== platform) {
      say("what is installed is of another platform; it is replaced")
      rmSync(at("node_modules"), { recursive: true, force: true })
    }
  } catch (error) {
    stop(
      `cannot write to ${at("node_modules")} (${error.message}). Make the folder yours, or clone again as this user.`
    )
  }
  say(`${pnpm} install --frozen-lockfile`)
  install()
  if (!nodeStarts()) {
    say("the project's own Node does not start after that; installing from nothing")
    rmSync(at("node_modules"), { recursive: true, force: true })
    install()
    if (!nodeStarts()) stop(`Node ${devDependencies.node} does not start on this machine (${platform}).`)
  }
  writeFileSync(stamp, wanted)
  say(`set up in ${((Date.now() - started) / 1000).toFixed(1)} s`)
} else {
  // `scripts/sonde` compares dates before it asks; a checkout that only touched the lock file is settled here once.
  try {
    utimesSync(stamp, new Date(), new Date())
  } catch {
    // The folder is somebody else's: then it is asked every time.
  }
}
