/**
 * Writes the transcript of the README: a real failure against the simulator, the printed command, and the resumed run.
 *
 * With `--check` it writes nothing and compares; run ids, host names, ports, dates and durations differ between runs.
 */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const readme = join(root, "README.md")
const command = join(root, "packages/cli/src/bin.ts")
const marks = { begin: "<!-- transcript -->", end: "<!-- /transcript -->" } as const
const mailbox = "printer@contoso.example"

interface Announcement {
  readonly ca: string
  readonly connectTo: ReadonlyArray<string>
  readonly admin: string
  readonly mailboxes: ReadonlyArray<{ readonly address: string; readonly secret: string }>
}

const state = mkdtempSync(join(tmpdir(), "sonde-readme-"))
const simulator = spawn(process.execPath, [command, "simulate", "microsoft-365", "--json"], {
  stdio: ["ignore", "pipe", "inherit"]
})

const announced = await new Promise<Announcement>((resolve, reject) => {
  let text = ""
  simulator.stdout.on("data", (chunk) => {
    text += chunk
    if (text.includes("\n")) resolve(JSON.parse(text.slice(0, text.indexOf("\n"))))
  })
  simulator.on("exit", (code) => reject(new Error(`the simulator ended with ${code}`)))
})

const simulated = [
  "--ca",
  announced.ca,
  ...announced.connectTo.flatMap((pin) => pin.includes(":587:") ? ["--connect-to", pin] : []),
  "--state",
  state
]
const secret = announced.mailboxes.find(({ address }) => address === mailbox)?.secret ?? ""

/** What the command prints on a terminal of 80 columns without colour, without what only a terminal keeps. */
const sonde = (...args: ReadonlyArray<string>): string =>
  spawnSync(process.execPath, [command, ...args, ...simulated, "--color", "never"], {
    encoding: "utf8",
    env: { ...process.env, PRINTER_PW: secret, SONDE_FORCE_TTY: "80", CI: "1" }
  }).stdout
    .replaceAll(/(?: \\\n *| )--(?:ca|connect-to|state) \S+/g, "")
    .trimEnd()

const transcript = async (): Promise<string> => {
  const failed = sonde("check", mailbox, "--provider", "microsoft-365", "--secret", "env:PRINTER_PW")
  const run = /run ([0-9A-Z]{26})/.exec(failed)?.[1] ?? ""
  const cure = "Set-CASMailbox -Identity printer@contoso.example -SmtpClientAuthenticationDisabled $false"
  if (!failed.replaceAll(/\s+`?\s*/g, " ").includes(cure)) throw new Error(`the verdict does not print: ${cure}`)
  const answer = await fetch(announced.admin, { method: "POST", headers: { "content-type": "text/plain" }, body: cure })
  if (!answer.ok) throw new Error(`the simulator refused: ${await answer.text()}`)
  const passed = sonde("resume", run, "--secret", "env:PRINTER_PW")
  return [
    "```text",
    `$ sonde check ${mailbox} --provider microsoft-365 --secret env:PRINTER_PW $SIMULATED`,
    failed,
    "",
    `PS> ${cure}`,
    "",
    `$ sonde resume ${run} --secret env:PRINTER_PW`,
    passed,
    "```"
  ].join("\n")
}

/** What stays the same from run to run. */
const settled = (text: string): string =>
  text
    .replaceAll(/[0-9A-HJKMNP-TV-Z]{26}/g, "RUN")
    .replaceAll(/[A-Z0-9]+\.(?:outlook\.office365\.com|[A-Za-z0-9]+\.prod\.outlook\.com)/gi, "HOST")
    .replaceAll(/\b[0-9A-F]{16}\b/g, "SESSION")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/127\.0\.0\.1:\d+/g, "ADDRESS")
    .replaceAll(/\d+(?:\.\d+)? (?:ms|s|min)\b/g, "SPAN")

try {
  const before = readFileSync(readme, "utf8")
  const begin = before.indexOf(marks.begin) + marks.begin.length
  const end = before.indexOf(marks.end)
  if (end < begin) throw new Error("README.md has no place for the transcript")
  const fresh = `\n\n${await transcript()}\n\n`
  if (process.argv.includes("--check")) {
    const same = settled(fresh) === settled(before.slice(begin, end))
    console.log(same ? "the README's transcript is what the command prints" : "node scripts/readme.ts writes it anew")
    process.exitCode = same ? 0 : 1
  } else {
    writeFileSync(readme, before.slice(0, begin) + fresh + before.slice(end))
  }
} finally {
  simulator.removeAllListeners("exit")
  simulator.kill("SIGTERM")
  rmSync(state, { recursive: true, force: true })
}
