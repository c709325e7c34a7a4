/** Serves the example on loopback until a signal comes. `PORT` is 3000 unless given; 0 takes a free one. */
import { serve } from "@hono/node-server"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import process from "node:process"
import * as Handlers from "./Handlers.ts"
import { MailTest } from "./MailTest.ts"

const App = Handlers.routes.pipe(
  Layer.provide(MailTest.layer),
  Layer.provide(NodeNet.layer),
  Layer.provide(HttpServer.layerServices)
)

const { dispose, handler } = HttpRouter.toWebHandler(App)
const hostname = "127.0.0.1"
const server = serve(
  { fetch: (request) => handler(request), hostname, port: Number(process.env["PORT"] ?? 3000) },
  ({ port }) => {
    console.log(`http://${hostname}:${port}/settings/mail`)
  }
)

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // First no more requests, then the layers: a conversation with a mail server ends with QUIT and not in the middle.
  process.once(signal, () => server.close(() => void dispose()))
}
