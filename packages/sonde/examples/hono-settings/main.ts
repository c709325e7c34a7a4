/** Serves the example on loopback until a signal comes. `PORT` is 3000 unless given; 0 takes a free one. */
import { serve } from "@hono/node-server"
import process from "node:process"
import { make } from "./app.ts"

const { app, dispose } = make()
const server = serve(
  { fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env["PORT"] ?? 3000) },
  (address) => {
    console.log(`http://127.0.0.1:${address.port}/settings/mail`)
  }
)

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // First no more requests, then the runtime: a conversation with a mail server ends with QUIT and not in the middle.
  process.once(signal, () => server.close(() => void dispose()))
}
