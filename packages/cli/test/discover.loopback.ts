/** `sonde discover` against a name server and a server of HTTP on this machine. */
import { assert, describe, it } from "@effect/vitest"
import * as HttpsServer from "@sonde/testkit/HttpsServer"
import * as NameServer from "@sonde/testkit/NameServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { createSocket, type Socket } from "node:dgram"
import { home } from "./Home.ts"
import { start } from "./sonde.ts"

const server = (tag: string, type: string, host: string, port: number, socket: string) =>
  `<${tag} type="${type}"><hostname>${host}</hostname><port>${port}</port><socketType>${socket}</socketType>`
  + `<username>%EMAILADDRESS%</username></${tag}>`

const document = `<clientConfig version="1.1"><emailProvider id="mx.example"><displayName>Firm</displayName>${
  server("incomingServer", "imap", "imap.mx.example", 993, "SSL")
}${server("outgoingServer", "smtp", "smtp.mx.example", 587, "STARTTLS")}</emailProvider></clientConfig>`

const localhost = { a: ["127.0.0.1"] }

/** A domain that publishes Autoconfig and an SRV record that says otherwise of IMAP. */
const world = {
  zone: {
    "mx.example": { mx: [[10, "in.mx.example"] as const], ...localhost },
    "_imaps._tcp.mx.example": { srv: [[0, 1, 993, "old.mx.example"] as const] }
  }
}

const discover = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function*() {
    const { ca } = yield* home
    const { server: identity } = yield* Effect.promise(TestCa.testCa)
    const web = yield* HttpsServer.start(
      yield* Effect.promise(() => identity({})),
      ({ path }) =>
        path === "/.well-known/autoconfig/mail/config-v1.1.xml"
          ? { status: 302, headers: { location: "/settings.xml" }, body: "" }
          : path === "/settings.xml"
          ? { status: 200, body: document }
          : { status: 404, body: "" }
    )
    const dns = yield* NameServer.start(world)
    const ran = yield* Effect.promise(() =>
      start(
        [
          "discover",
          ...args,
          "--dns",
          dns.server,
          "--connect-to",
          `mx.example:443:127.0.0.1:${web.port}`,
          "--ca",
          ca
        ],
        env
      ).done
    )
    return { ...ran, web, dns }
  }).pipe(Effect.scoped)

describe("sonde discover", () => {
  it.live("shows every source, what follows and what contradicts it", () =>
    Effect.gen(function*() {
      const { code, err, out } = yield* discover(["me@mx.example"], { SONDE_FORCE_TTY: "120", NO_COLOR: "1" })
      assert.strictEqual(err, "")
      assert.strictEqual(code, 0)
      assert.match(out, /SMTP submission +smtp\.mx\.example:587, STARTTLS, as me@mx\.example/)
      assert.match(out, /IMAP +old\.mx\.example:993, TLS\n/)
      assert.match(
        out,
        /Conflicts\n +! srv names old\.mx\.example:993 \(TLS\) for imap, autoconfig-well-known names imap\.mx\.example:993 \(TLS\)/
      )
      assert.match(out, /✓ autoconfig-well-known +\S+ \S+ +names imap and smtp-submission, by Firm/)
      assert.match(out, /· guess +not asked: better sources have answered/)
    }))

  it.live("prints one document, and tells the redirect", () =>
    Effect.gen(function*() {
      const { code, out } = yield* discover(["me@mx.example", "--json"])
      assert.strictEqual(code, 0)
      const found = JSON.parse(out)
      assert.strictEqual(found.schema, "sonde.discovery/1")
      assert.deepStrictEqual(
        found.sources.find(({ source }: { readonly source: string }) => source === "autoconfig-well-known").redirects,
        ["https://mx.example/.well-known/autoconfig/mail/config-v1.1.xml"]
      )
    }))

  it.live("prints a row for each service where nobody watches", () =>
    Effect.gen(function*() {
      const { out } = yield* discover(["mx.example"])
      assert.strictEqual(
        out,
        "smtp-submission\tsmtp.mx.example:587\tstarttls\t%EMAILADDRESS%\tautoconfig-well-known\n"
          + "imap\told.mx.example:993\ttls\t\tsrv\n"
      )
    }))

  it.live("asks nobody where the packs alone are asked", () =>
    Effect.gen(function*() {
      const { code, dns, out, web } = yield* discover(["me@gmail.com", "--offline"])
      assert.strictEqual(code, 0)
      assert.match(out, /^smtp-submission\tsmtp\.gmail\.com:/)
      assert.deepStrictEqual([dns.asked, web.asked], [[], []])
    }))

  it.live("tells an unknown domain, with 68, and what is no domain, with 64", () =>
    Effect.gen(function*() {
      const unknown = yield* discover(["me@nowhere.example"], { SONDE_FORCE_TTY: "80", NO_COLOR: "1" })
      assert.strictEqual(unknown.code, 68)
      assert.include(unknown.out, "The DNS knows no such domain. Check how it is spelt.")
      const piped = yield* discover(["me@nowhere.example"])
      assert.deepStrictEqual([piped.code, piped.out], [68, ""])
      assert.strictEqual(piped.err, "sonde: The DNS knows no such domain. Check how it is spelt.\n")
      const host = yield* discover(["mx.example:25"])
      assert.deepStrictEqual([host.code, host.out], [64, ""])
      assert.include(host.err, "write person@example.com or example.com")
    }))

  it.live.each(
    [
      ["does not answer", "2s", true],
      ["cannot be reached: nobody answers at its address", "20s", false]
    ] as const
  )(
    "ends with one sentence and in the time of one question where the resolver %s",
    ([says, timeout, isMute]) =>
      Effect.gen(function*() {
        const socket = yield* Effect.acquireRelease(
          Effect.callback<Socket>((resume) => {
            const udp = createSocket("udp4")
            udp.bind(0, "127.0.0.1", () => resume(Effect.succeed(udp)))
          }),
          (udp) => Effect.sync(() => isMute ? udp.close() : undefined)
        )
        const server = `127.0.0.1:${socket.address().port}`
        if (!isMute) socket.close()
        const before = performance.now()
        const { code, err, out } = yield* Effect.promise(() =>
          start(["discover", "me@firm.example", "--dns", server, "--timeout", timeout], {
            SONDE_FORCE_TTY: "200",
            NO_COLOR: "1"
          }).done
        )
        // The start of the command is in it, on a machine that others use, too.
        assert.isBelow(performance.now() - before, 6000)
        assert.strictEqual(err, "")
        assert.strictEqual(code, 75)
        assert.include(
          out.replaceAll(/\s+/g, " "),
          `The resolver ${server} (--dns) ${says}, so no source could be asked. Try again with another resolver (--dns).`
        )
        assert.strictEqual(out.match(/resolver/g)?.length, 2)
      }).pipe(Effect.scoped)
  )
})
