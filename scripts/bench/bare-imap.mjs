/**
 * What the wire needs and nothing else: the conversation of one check of IMAP with node:tls, verified certificate included. The
 * measure that Sonde is compared with.
 *
 *     BENCH_SECRET=… node bare-imap.mjs PORT CA_FILE COUNT CONCURRENCY
 *
 * Prints `{ "cpuMicros", "wallMillis" }` of the sessions, without what it took to start.
 */
import { readFileSync } from "node:fs"
import process from "node:process"
import { connect, createSecureContext } from "node:tls"

const [port = "", ca = "", count = "", concurrency = "1"] = process.argv.slice(2)
const secureContext = createSecureContext({ ca: readFileSync(ca) })
const initial = Buffer.from(`\0user@bench.test\0${process.env.BENCH_SECRET ?? ""}`).toString("base64")

/** What must come, and what is said to it. */
const steps = [
  ["* OK", "A1 CAPABILITY"],
  ["A1 OK", `A2 AUTHENTICATE PLAIN ${initial}`],
  ["A2 OK", "A3 EXAMINE INBOX"],
  ["A3 OK", "A4 LOGOUT"],
  ["A4 OK", undefined]
]

const session = () =>
  new Promise((resolve, reject) => {
    let at = 0
    let rest = ""
    const socket = connect({
      port: Number(port),
      host: "127.0.0.1",
      servername: "mail.bench.test",
      secureContext,
      noDelay: true
    })
    socket.setTimeout(10_000, () => socket.destroy(new Error("timeout")))
    socket.on("error", reject)
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1")
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (at > 0 && line.startsWith("* ")) continue
        const [wanted, say] = steps[at++]
        if (!line.startsWith(wanted)) return reject(new Error(line))
        if (say !== undefined) socket.write(`${say}\r\n`)
        else {
          socket.end()
          resolve(undefined)
        }
      }
    })
  })

const before = process.cpuUsage()
const started = performance.now()
let left = Number(count)
const work = async () => {
  while (left-- > 0) await session()
}
await Promise.all(Array.from({ length: Number(concurrency) }, work))
const { system, user } = process.cpuUsage(before)
console.log(JSON.stringify({ cpuMicros: user + system, wallMillis: performance.now() - started }))
