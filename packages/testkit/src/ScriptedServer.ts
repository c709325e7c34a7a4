/**
 * Plays a session file on a real socket of 127.0.0.1, once for each connection.
 */
import * as SessionScript from "@sonde/net/SessionScript"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises"
import * as Tls from "node:tls"

/** What became of one connection. Times are of `performance.now()`. */
export interface Played {
  /** Lines the client sent, in clear or not, without CRLF. */
  readonly received: Array<string>
  /** Whether every step was played. */
  isComplete: boolean
  /** Which step did not fit, in words. */
  mismatch: string | undefined
  /** When the connection was gone. */
  closedAt: number | undefined
  /** Server name of the handshake, `false` when the client sent none. */
  serverName: string | false | undefined
}

/** A server that listens. */
export interface ScriptedServer {
  readonly port: number
  readonly connections: ReadonlyArray<Played>
  /** Resolves when the connection with this index is gone; its record tells how it went. */
  readonly ended: (index: number) => Promise<Played>
}

/**
 * How to serve. `later` is the script of each connection but the first; `tls` is what a `tls` step presents; with `oneOctetSegments` every
 * octet is written by itself; `most` connections are served at a time, further ones are reset.
 */
export interface ScriptedServerOptions {
  readonly script: string | ReadonlyArray<string>
  readonly later?: string | ReadonlyArray<string>
  readonly tls?: Tls.SecureContextOptions & { readonly requestCert?: boolean }
  readonly oneOctetSegments?: boolean
  readonly most?: number
}

/** The lines a client sends, and what stands behind them. */
class Input {
  #octets = Buffer.alloc(0)
  #wake: (() => void) | undefined = undefined
  isEnded = false

  readonly onData = (chunk: Buffer): void => {
    this.#octets = Buffer.concat([this.#octets, chunk])
    this.#wake?.()
  }

  end(): void {
    this.isEnded = true
    this.#wake?.()
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      const at = this.#octets.indexOf(10)
      if (at >= 0) {
        const line = this.#octets.subarray(0, at).toString("utf8").replace(/\r$/, "")
        this.#octets = this.#octets.subarray(at + 1)
        return line
      }
      if (this.isEnded) return undefined
      await new Promise<void>((resolve) => this.#wake = resolve)
    }
  }

  take(): Buffer {
    const taken = this.#octets
    this.#octets = Buffer.alloc(0)
    return taken
  }
}

const serve = async (
  client: Net.Socket,
  steps: ReadonlyArray<SessionScript.Step>,
  options: ScriptedServerOptions,
  played: Played
): Promise<void> => {
  let socket = client
  const input = new Input()
  const listen = (): void => {
    socket.on("data", input.onData)
    socket.on("end", () => input.end())
    socket.on("close", () => input.end())
  }
  listen()

  const write = async (octets: Uint8Array): Promise<void> => {
    if (options.oneOctetSegments !== true) {
      socket.write(octets)
      return
    }
    for (const octet of octets) {
      socket.write(Uint8Array.of(octet))
      await turn()
    }
  }

  const toTls = async (): Promise<boolean> => {
    client.removeAllListeners("data")
    client.pause()
    const early = input.take()
    if (early.length > 0) client.unshift(early)
    const encrypted = new Tls.TLSSocket(client, {
      isServer: true,
      requestCert: options.tls?.requestCert ?? false,
      rejectUnauthorized: options.tls?.requestCert ?? false,
      secureContext: Tls.createSecureContext(options.tls),
      SNICallback: (name, done) => {
        played.serverName = name
        done(null)
      }
    })
    played.serverName = false
    const isSecure = await new Promise<boolean>((resolve) => {
      encrypted.once("secure", () => resolve(true))
      encrypted.on("error", () => resolve(false))
      client.once("close", () => resolve(false))
    })
    socket = encrypted
    listen()
    return isSecure
  }

  for (const [index, step] of steps.entries()) {
    switch (step._tag) {
      case "Send": {
        if (step.isInjected) break
        const rest = steps.slice(index + 1)
        const stop = rest.findIndex((next) => next._tag !== "Send" || !next.isInjected)
        const injected = (stop < 0 ? rest : rest.slice(0, stop)).flatMap((next) =>
          next._tag === "Send" ? [next.octets] : []
        )
        await write(Buffer.concat([step.octets, ...injected]))
        break
      }
      case "Expect": {
        const line = await input.line()
        if (line === undefined) {
          played.mismatch = `line ${step.line}: the client went away`
          return
        }
        played.received.push(line)
        if (SessionScript.matches(step.pattern, line)) break
        played.mismatch = `line ${step.line}: expected ${step.pattern}, got ${line}`
        socket.destroy()
        return
      }
      case "Wait":
        await sleep(step.millis, undefined, { ref: false })
        break
      case "Tls":
        if (await toTls()) break
        played.mismatch = `line ${step.line}: no handshake`
        return
      case "Close":
        socket.end()
        break
      case "Reset":
        client.resetAndDestroy()
        break
    }
  }
  played.isComplete = true
  // Octets nobody expects are read and kept out of the way, so that a client can close.
  socket.resume()
}

/** Starts a server; it stops, with all its connections, when the scope closes. Throws when the script is no session. */
export const start = (options: ScriptedServerOptions): Effect.Effect<ScriptedServer, never, Scope.Scope> => {
  const read = (script: string | ReadonlyArray<string>) =>
    Result.getOrThrowWith(
      SessionScript.fromLines(typeof script === "string" ? script.split(/\r?\n/) : script),
      (error) => error
    )
  const first = read(options.script)
  const later = options.later === undefined ? first : read(options.later)
  return Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const connections: Array<Played> = []
        const endings: Array<Promise<Played>> = []
        const open = new Set<Net.Socket>()
        const server = Net.createServer({ noDelay: true }, (client) => {
          if (open.size >= (options.most ?? Infinity)) return void client.resetAndDestroy()
          const played: Played = {
            received: [],
            isComplete: false,
            mismatch: undefined,
            closedAt: undefined,
            serverName: undefined
          }
          connections.push(played)
          open.add(client)
          client.on("error", () => {})
          const gone = new Promise<void>((resolve) =>
            client.once("close", () => {
              played.closedAt = performance.now()
              open.delete(client)
              resolve()
            })
          )
          const playing = serve(client, connections.length === 1 ? first : later, options, played)
          endings.push(Promise.all([gone, playing]).then(() => played))
        })
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
        return { server, open, connections, endings }
      }),
      ({ open, server }) =>
        Effect.promise(() =>
          new Promise<void>((resolve) => {
            server.close(() => resolve())
            for (const client of open) client.destroy()
          })
        )
    ),
    ({ connections, endings, server }) => {
      const address = server.address()
      return {
        port: typeof address === "object" && address !== null ? address.port : 0,
        connections,
        ended: async (index) => {
          for (let tries = 0; endings[index] === undefined && tries < 500; tries++) await sleep(2)
          return endings[index] ?? Promise.reject(new Error(`no connection ${index}`))
        }
      }
    }
  )
}
