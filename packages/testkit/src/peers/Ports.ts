/**
 * Ports of 127.0.0.1 for servers that cannot be told to take a free one by themselves.
 */
import * as Net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** Ports that were free a moment ago, all different. */
export const free = async (count: number): Promise<ReadonlyArray<number>> => {
  const servers = Array.from({ length: count }, () => Net.createServer())
  const ports: Array<number> = []
  for (const server of servers) {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject)
      server.listen(0, "127.0.0.1", resolve)
    })
    const address = server.address()
    if (typeof address === "object" && address !== null) ports.push(address.port)
  }
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))))
  return ports
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = Net.connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })

/** Waits until all ports take connections, or for `afterMillis`; tells which did not. */
export const open = async (ports: ReadonlyArray<number>, afterMillis: number): Promise<ReadonlyArray<number>> => {
  const until = performance.now() + afterMillis
  let closed = ports
  for (;;) {
    const answered = await Promise.all(closed.map(answers))
    closed = closed.filter((_port, index) => answered[index] === false)
    if (closed.length === 0 || performance.now() > until) return closed
    await sleep(25)
  }
}
