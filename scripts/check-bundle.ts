/**
 * Runs the built command where nothing of this workspace can help it: copied into an empty folder with an empty home, no
 * `node_modules`, and a file system whose working folder holds nothing.
 *
 * Does not build; run `npm run build` first. `--node PATH` tries another Node, for instance the oldest that is supported.
 *
 *     node scripts/check-bundle.ts [--node PATH]
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { run, seconds } from "./internal/run.ts"
import { at, finish, manifest } from "./internal/workspace.ts"

const { values } = parseArgs({ options: { node: { type: "string", default: process.execPath } } })
const problems: Array<string> = []
let slowest = 0

/** A reply that the bundle can only explain when its knowledge is inside. */
const reply = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
  + "Visit https://aka.ms/smtp_auth_disabled for more information."

/** What is run, the exit status it must have, what must stand on standard output, and what of Node it does without. */
const cases: ReadonlyArray<{
  readonly args: ReadonlyArray<string>
  readonly status: number
  readonly shows: RegExp
  readonly spares?: ReadonlyArray<string>
}> = [
  {
    args: ["--version"],
    status: 0,
    shows: new RegExp(`\\bv?${manifest("cli").version?.replaceAll(".", "\\.")}\\b`),
    spares: ["tls", "readline", "child_process"]
  },
  { args: ["--help"], status: 0, shows: /\bcheck\b[\s\S]*\bexplain\b/, spares: ["tls", "readline", "child_process"] },
  { args: ["check", "--no-such-flag"], status: 64, shows: /^$/, spares: ["tls", "readline", "child_process"] },
  {
    args: ["explain", "--json", reply],
    status: 0,
    shows: /"cause":\s*"smtp_auth_disabled_tenant"/,
    spares: ["tls", "readline", "child_process"]
  },
  { args: ["packs", "list", "--json"], status: 0, shows: /"microsoft-365"/, spares: ["tls"] },
  {
    // Nothing listens on the port, and what is used after it stays away as well.
    args: ["check", "a@mail.example", "--connect-to", "mail.example:587:127.0.0.1:1", "--until", "ehlo", "--json"]
      .concat("--host", "mail.example", "--port", "587", "--secret", "env:MAIL_PASSWORD"),
    status: 69,
    shows: /"state":"fail"/,
    spares: ["tls", "readline", "child_process", "Intl.Segmenter"]
  },
  { args: ["demo"], status: 0, shows: /SMTP AUTH/ }
]

/** Writes down which modules of Node were loaded, and whether the tables of ICU were read by which text is measured. */
const watcher = `
const used = []
const { Segmenter } = Intl
Intl.Segmenter = class extends Segmenter {
  constructor(...options) {
    super(...options)
    used.push("Intl.Segmenter")
  }
}
process.on("exit", () => {
  for (const name of process.moduleLoadList) used.push(name.replace("NativeModule ", ""))
  require("node:fs").writeFileSync(process.env.USED, used.join("\\n"))
})
`

const dist = at("packages/cli/dist")
if (!existsSync(join(dist, "sonde.mjs"))) problems.push("packages/cli/dist/sonde.mjs is missing; run npm run build")
else {
  const folder = mkdtempSync(join(tmpdir(), "sonde-bundle-"))
  try {
    for (const name of ["home", "work", "app"]) mkdirSync(join(folder, name))
    cpSync(join(dist, "sonde.mjs"), join(folder, "app/sonde.mjs"))
    cpSync(join(dist, "chunks"), join(folder, "app/chunks"), { recursive: true })
    const home = join(folder, "home")
    const used = join(folder, "used")
    writeFileSync(join(folder, "watcher.cjs"), watcher)
    for (const { args, shows, spares = [], status } of cases) {
      const outcome = await run([
        values.node,
        "--require",
        join(folder, "watcher.cjs"),
        join(folder, "app/sonde.mjs"),
        ...args
      ], {
        cwd: join(folder, "work"),
        env: {
          USED: used,
          MAIL_PASSWORD: "fake",
          HOME: home,
          XDG_STATE_HOME: join(home, "state"),
          NODE_PATH: "",
          NO_COLOR: "1"
        }
      })
      slowest = Math.max(slowest, outcome.millis)
      if (outcome.status !== status || !shows.test(outcome.stdout.trim())) {
        problems.push(
          `sonde ${
            args.join(" ")
          }: exit ${outcome.status}, wanted ${status} and ${shows} on standard output\n${outcome.output}`
        )
      }
      const names = readFileSync(used, "utf8").split("\n")
      const needless = spares.filter((name) => names.includes(name))
      if (needless.length > 0) {
        problems.push(`sonde ${args.join(" ")} uses ${needless.join(", ")} and has no need of it`)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

finish(problems, `${cases.length} commands without node_modules, the slowest ${seconds(slowest)}`)
