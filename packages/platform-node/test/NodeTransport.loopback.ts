import { assert, describe, it } from "@effect/vitest"
import * as NodeTransport from "@sonde/platform-node/NodeTransport"
import { once } from "node:events"
import * as Net from "node:net"

describe("NodeTransport", () => {
  it("says of a connection that broke before anybody listened that it has ended", async () => {
    const server = Net.createServer((socket) => socket.resetAndDestroy()).listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    const socket = Net.connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1")
    const transport = NodeTransport.make(socket, undefined)
    await new Promise((resolve) => socket.once("close", resolve))
    const seen = await new Promise<string>((resolve) => {
      const timer = setTimeout(() => resolve("nothing"), 1000)
      const tell = (what: string) => () => {
        clearTimeout(timer)
        resolve(what)
      }
      transport.attach({ data: tell("data"), ended: tell("ended"), failed: tell("failed"), defect: tell("defect") })
    })
    server.close()
    assert.strictEqual(seen, "ended")
  })
})
