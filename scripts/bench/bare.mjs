/**
 * What the wire needs and nothing else: the conversation of one submission check with node:net and node:tls, verified
 * certificate included. The measure that Sonde is compared with.
 *
 *     BENCH_SECRET=… node bare.mjs PORT CA_FILE [COUNT CONCURRENCY]
 *
 * With COUNT prints `{ "cpuMicros", "wallMillis" }` of the sessions, without what it took to start.
 */
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import process from "node:process"
import { connect as connectTls, createSecureContext } from "node:tls"

const [port = "", ca = "", count = "", concurrency = "1"] = process.argv.slice(2)
const secret = process.env.BENCH_SECRET ?? ""
const secureContext = createSecureContext({ ca: readFileSync(ca) })
const base64 = (text) => Buffer.from(text).toString("base64")

/** What is said, and the code that must come before it. */
const steps = [
  ["220", "EHLO [127.0.0.1]"],
  ["250", "STARTTLS"],
  ["220", undefined],
  ["", "EHLO [127.0.0.1]"],
  ["250", "AUTH LOGIN"],
  ["334", base64("user@bench.test")],
  ["334", base64(secret)],
  ["235", "QUIT"],
  ["221", undefined]
]

const session = () =>
  new Promise((resolve, reject) => {
    const client = connect({ port: Number(port), host: "127.0.0.1", noDelay: true })
    let socket = client
    let at = 0
    let rest = ""
    const next = () => {
      const [, line] = steps[at++]
      if (line !== undefined) {
        socket.write(`${line}\r\n`)
      } else if (at === steps.length) {
        socket.end()
        resolve(undefined)
      } else {
        client.off("data", onData)
        socket = connectTls({ socket: client, secureContext, servername: "mail.bench.test" }, next)
        socket.on("data", onData)
        socket.on("error", reject)
      }
    }
    const onData = (chunk) => {
      rest += chunk.toString("latin1")
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (line[3] === "-") continue
        if (!line.startsWith(steps[at][0])) return reject(new Error(line))
        next()
      }
    }
    client.setTimeout(10_000, () => client.destroy(new Error("timeout")))
    client.on("data", onData)
    client.on("error", reject)
  })

if (count === "") {
  await session()
} else {
  const before = process.cpuUsage()
  const started = performance.now()
  let left = Number(count)
  const work = async () => {
    while (left-- > 0) await session()
  }
  await Promise.all(Array.from({ length: Number(concurrency) }, work))
  const { system, user } = process.cpuUsage(before)
  console.log(JSON.stringify({ cpuMicros: user + system, wallMillis: performance.now() - started }))
}
