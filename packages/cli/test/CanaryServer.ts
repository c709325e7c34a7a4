/**
 * A hostile SMTP server: it repeats what it was given to sign in with, in every form it can think of, in its replies, in
 * its challenges, and on the next connection in its banner and its capabilities.
 */
import * as ScramServer from "@sonde/testkit/ScramServer"
import { createHmac } from "node:crypto"
import * as Net from "node:net"

/** What the server does with a sign-in, once it has the secret. */
export type Ending =
  | "refuse"
  | "accept"
  /** Refuses with 4yz. */
  | "later"
  /** Never answers. */
  | "silent"
  /** Begins to repeat the secret and hangs up in the middle of it. */
  | "cut"
  /** Begins a line that is no reply, and that never ends. */
  | "endless"
  /** Sends what is no reply at all. */
  | "garbage"
  /** Refuses, and repeats a secret over several lines of the reply. */
  | "fold"

export interface CanaryServer {
  readonly port: number
  /** The secrets the server was given, as it understood them. */
  readonly learnt: () => ReadonlyArray<string>
  readonly become: (ending: Ending) => void
  /** Resolves when the server has the secret and is about to answer. */
  readonly asked: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A secret in the forms that a server may repeat it in: texts without line ends, or octets. */
export const forms = (user: string, secret: string): ReadonlyArray<string | Buffer> => {
  const octets = Buffer.from(secret)
  const each = (form: (hex: string) => string) =>
    Array.from(octets, (octet) => form(octet.toString(16).padStart(2, "0"))).join("")
  const units = Array.from({ length: secret.length }, (_, at) => secret.charCodeAt(at).toString(16).padStart(4, "0"))
  const points = Array.from(secret, (character) => character.codePointAt(0) ?? 0)
  const plain = `\0${user}\0${secret}`
  const bearer = `user=${user}\x01auth=Bearer ${secret}\x01\x01`
  const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64")
  return [
    secret,
    Buffer.from(secret, "latin1"),
    `user=${user} pass=${secret}.`,
    `${user}:${secret}@host`,
    base64(secret),
    base64(`u${secret}`),
    base64(`uv${secret}`),
    base64(plain),
    base64(bearer),
    base64(`${user}:${secret}`),
    base64(Buffer.from(secret, "utf16le")),
    base64(Buffer.from(secret, "latin1")),
    Buffer.from(plain).toString("base64url"),
    Buffer.from(bearer).toString("base64url"),
    octets.toString("hex"),
    octets.toString("hex").toUpperCase(),
    Buffer.from(plain).toString("hex"),
    encodeURIComponent(secret),
    encodeURI(secret),
    new URLSearchParams({ password: secret }).toString(),
    each((hex) => `%${hex}`),
    JSON.stringify({ user, password: secret }),
    units.map((unit) => `\\u${unit}`).join(""),
    secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\"", "&quot;").replaceAll("'", "&#39;"),
    secret.replaceAll("&", "&#38;").replaceAll("\"", "&#34;").replaceAll("%", "&#37;"),
    points.map((point) => `&#x${point.toString(16)};`).join(""),
    points.map((point) => `&#${point};`).join(""),
    each((hex) => `=${hex.toUpperCase()}`),
    secret.replaceAll(
      /[^\x21-\x7e]|=/g,
      (character) =>
        Array.from(Buffer.from(character), (octet) => `=${octet.toString(16).toUpperCase().padStart(2, "0")}`).join("")
    ),
    Buffer.from(secret, "utf16le")
  ]
}

/** The lines of a reply, as octets. A UTF-16 text may hold the octets of line ends: then it is left out. */
const reply = (code: string, texts: ReadonlyArray<string | Buffer>, last: string): Buffer =>
  Buffer.concat([
    ...texts.flatMap((text) => {
      const octets = Buffer.from(text)
      const isLine = !octets.includes(10) && octets.length < 8000
      return isLine ? [Buffer.from(`${code}-5.7.8 [`), octets, Buffer.from("] what you said\r\n")] : []
    }),
    Buffer.from(`${code} 5.7.8 ${last}\r\n`)
  ])

/** The longest reply that is read has 65,536 octets: forms beyond go into another one. */
const parts = (texts: ReadonlyArray<string | Buffer>): ReadonlyArray<ReadonlyArray<string | Buffer>> => {
  const out: Array<Array<string | Buffer>> = [[]]
  let size = 0
  for (const text of texts) {
    if (size + text.length > 24_000) {
      out.push([])
      size = 0
    }
    out.at(-1)?.push(text)
    size += text.length + 40
  }
  return out
}

const decoded = (line: string): string => Buffer.from(line, "base64").toString()

const cramChallenge = "<1896.697170952@canary.example>"

/**
 * Starts a server. A mechanism that proves a password does not show it, so that the server must know it to repeat it: it is one of
 * `passwords`.
 */
export const start = async (mechanisms: string, passwords: ReadonlyArray<string> = []): Promise<CanaryServer> => {
  let ending: Ending = "refuse"
  let arrived: () => void = () => {}
  let asked = new Promise<void>((resolve) => arrived = resolve)
  const learnt: Array<string> = []
  const sockets = new Set<Net.Socket>()
  let previous: { readonly user: string; readonly secret: string } | undefined
  let turn = 0

  const converse = (socket: Net.Socket) => {
    let text = ""
    let expects: "command" | "initial" | "user" | "password" | "nothing" | "proof" = "command"
    let prove: (line: string) => void = () => {}
    let user = ""
    /** Three octets to a segment at the beginning, where codes and words are torn; the rest in odd portions. */
    const say = (octets: Buffer | string) => {
      const all = Buffer.from(octets)
      for (let at = 0; at < all.length;) {
        const size = at < 60 ? 3 : 1361
        socket.write(all.subarray(at, at + size))
        at += size
      }
    }
    const echo = (): ReadonlyArray<ReadonlyArray<string | Buffer>> =>
      previous === undefined ? [[]] : parts(forms(previous.user, previous.secret))
    /** Another part of the forms with every answer, so that all of them are said in a few. */
    const some = (): ReadonlyArray<string | Buffer> => {
      const all = echo()
      return all[turn++ % all.length] ?? []
    }

    const judge = (line: string, secret: string) => {
      learnt.push(secret)
      previous = { user, secret }
      arrived()
      switch (ending) {
        case "accept":
          return say(reply("235", [line, ...some()], "welcome"))
        case "refuse":
          return say(reply("535", [line, ...some()], `Authentication unsuccessful for ${user} with ${secret}`))
        case "later":
          return say(reply("454", [line, ...some()], `not now, ${secret}`))
        case "garbage":
          return say(`${secret} is wrong, and so is ${line}\r\n`)
        case "endless":
          return say(`535-${secret} ${"x".repeat(500)}${line}`)
        case "cut":
          say(`535-5.7.8 you said ${line}\r\n535 5.7.8 that is ${secret.slice(0, Math.ceil(secret.length * 0.8))}`)
          return void setTimeout(() => socket.end(), 50)
        case "fold": {
          const folded = (whole: string) => whole.match(/.{1,32}/gsu) ?? []
          const base64 = Buffer.from(`\0${user}\0${secret}`).toString("base64")
          const texts = [...folded(secret), ...folded(base64), ...folded(Buffer.from(secret).toString("hex"))]
          return say(texts.map((piece) => `535-${piece}\r\n`).join("") + "535 5.7.8 refused\r\n")
        }
        case "silent":
      }
    }

    const command = (line: string): void => {
      if (expects === "user") {
        user = decoded(line)
        expects = "password"
        return say("334 UGFzc3dvcmQ6\r\n")
      }
      if (expects === "password") {
        expects = "command"
        return judge(line, decoded(line))
      }
      if (expects === "initial") {
        expects = "command"
        return initial(line, line)
      }
      if (expects === "nothing") {
        expects = "command"
        return judge("", learnt.at(-1) ?? "")
      }
      if (expects === "proof") {
        expects = "command"
        return prove(line)
      }
      const [verb = "", mechanism, response] = line.split(" ")
      if (verb === "EHLO") {
        const offered = previous === undefined ? [] : [
          `SIZE ${previous.secret}`,
          `SIZE ${Buffer.from(previous.secret).toString("hex")}`,
          `X-${Buffer.from(`\0${previous.user}\0${previous.secret}`).toString("base64")}`,
          `AUTH ${mechanisms} ${encodeURIComponent(previous.secret)}`
        ]
        return say(
          ["canary.example", ...offered].map((one) => `250-${one}\r\n`).join("") + `250 AUTH ${mechanisms}\r\n`
        )
      }
      if (verb === "AUTH" && mechanism === "LOGIN") {
        expects = "user"
        return say("334 VXNlcm5hbWU6\r\n")
      }
      if (verb === "AUTH" && mechanism === "CRAM-MD5") {
        expects = "proof"
        prove = cram
        return say(`334 ${Buffer.from(cramChallenge).toString("base64")}\r\n`)
      }
      if (verb === "AUTH" && mechanism?.startsWith("SCRAM-") === true) {
        return scram(mechanism === "SCRAM-SHA-1" ? "sha1" : "sha256", response ?? "")
      }
      if (verb === "AUTH" && response === undefined) {
        expects = "initial"
        return say("334 \r\n")
      }
      if (verb === "AUTH") return initial(response ?? "", line)
      if (verb === "QUIT") {
        say(reply("221", some(), "bye"))
        return void socket.end()
      }
      say(reply(verb === "MAIL" || verb === "RCPT" ? "550" : "250", some(), `to ${line}`))
    }

    const cram = (line: string): void => {
      const message = decoded(line)
      const at = message.lastIndexOf(" ")
      user = message.slice(0, at)
      const known = passwords.find((password) =>
        createHmac("md5", password).update(cramChallenge).digest("hex") === message.slice(at + 1)
      )
      judge(line, known ?? "")
    }

    const scram = (hash: "sha1" | "sha256", response: string): void => {
      const servers = passwords.map((password) => ({ password, server: ScramServer.make({ hash, password }) }))
      const first = servers.map(({ server }) => server.hear(decoded(response)).message)[0] ?? ""
      user = /n=([^,]*)/.exec(decoded(response))?.[1] ?? ""
      expects = "proof"
      prove = (line) => {
        const found = servers
          .map(({ password, server }) => ({ password, said: server.hear(decoded(line)) }))
          .find(({ said }) => said.done === true)
        const known = found?.password ?? ""
        learnt.push(known)
        previous = { user, secret: known }
        if (ending === "silent") return judge(line, known)
        // The reason of a refusal comes as a challenge; so does the proof of a server that accepts.
        const last = ending === "accept" ? found?.said.message ?? "" : `e=invalid-proof,${known}`
        expects = "nothing"
        say(`334 ${Buffer.from(last).toString("base64")}\r\n`)
      }
      say(`334 ${Buffer.from(first).toString("base64")}\r\n`)
    }

    const initial = (response: string, line: string): void => {
      const message = decoded(response)
      const bearer =
        /^(?:user=|n,a=)([^\x01]*?),?\x01(?:host=[^\x01]*\x01port=[^\x01]*\x01)?auth=Bearer ([^\x01]*)\x01\x01$/
          .exec(message)
      if (bearer === null) {
        const [, name = "", secret = ""] = message.split("\0")
        user = name
        return judge(line, secret)
      }
      user = bearer[1] ?? ""
      const token = bearer[2] ?? ""
      learnt.push(token)
      previous = { user, secret: token }
      if (ending === "accept" || ending === "silent") return judge(line, token)
      // An error of XOAUTH2 and OAUTHBEARER comes as a challenge with JSON inside.
      const payload = {
        status: `401 ${token}`,
        schemes: `Bearer ${token}`,
        scope: encodeURIComponent(token),
        said: line
      }
      expects = "nothing"
      say(`334 ${Buffer.from(JSON.stringify(payload)).toString("base64")}\r\n`)
    }

    socket.on("data", (chunk) => {
      text += chunk.toString("latin1")
      for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        command(line)
      }
    })
    say(reply("220", some(), `canary.example ESMTP ${previous?.secret ?? ""}`))
  }

  const server = Net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    converse(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    learnt: () => learnt,
    become: (next) => {
      ending = next
      asked = new Promise<void>((resolve) => arrived = resolve)
    },
    asked: () => asked,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      })
  }
}
