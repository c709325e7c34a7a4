import { assert, describe, it } from "@effect/vitest"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import * as Fetch from "@sonde/net/Fetch"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import * as Effect from "effect/Effect"

const to = (location: string, status = 302) => () => ({ status, headers: { location }, body: "" })
const document = () => ({ status: 200, body: "<clientConfig/>" })

const zone = {
  "a.example": { a: ["8.8.8.8"] },
  "b.example": { a: ["8.8.4.4"] },
  "inside.example": { a: ["10.0.0.1"] },
  "split.example": { a: ["8.8.8.8", "127.0.0.1"] },
  "metadata.example": { a: ["169.254.169.254"] }
}

const read = (
  http: NonNullable<Net.StaticWorld["http"]>,
  more: Partial<Fetch.Wanted> = {},
  rule: AddressPolicy.AddressRule = AddressPolicy.everything
) =>
  Effect.gen(function*() {
    const recorder = Recorder.make({ now: () => 0, secrets: [] })
    const result = yield* Effect.result(
      Fetch.read({ service: "posture", pins: [], server: undefined, ca: undefined, recorder }, {
        url: "https://a.example/x",
        accept: "text/xml",
        timeoutMillis: 1000,
        ...more
      })
    )
    return { result, lines: recorder.lines().map(({ text }) => text) }
  }).pipe(
    Effect.provideService(AddressPolicy.AddressPolicy, rule),
    Effect.provide(Net.layerStatic({ zone, http }))
  )

const success = (...options: Parameters<typeof read>) =>
  Effect.flatMap(read(...options), ({ result }) => Effect.fromResult(result))

const failure = (...options: Parameters<typeof read>) => Effect.flip(success(...options))

describe("Fetch", () => {
  it.effect("follows redirects and tells the way", () =>
    Effect.gen(function*() {
      const found = yield* success({
        "a.example:443": ({ path }) => path === "/x" ? to("y?z=1#part")() : to("https://b.example/")(),
        "b.example:443": document
      })
      assert.deepStrictEqual(found, {
        url: "https://b.example/",
        status: 200,
        body: "<clientConfig/>",
        redirects: ["https://a.example/x", "https://a.example/y?z=1"],
        trusted: true
      })
    }))

  it.effect("says when a part of the way was in clear, and records it so", () =>
    Effect.gen(function*() {
      const { lines, result } = yield* read(
        { "a.example:80": to("https://b.example/"), "b.example:443": document },
        { url: "http://a.example/x" }
      )
      assert.isFalse((yield* Effect.fromResult(result)).trusted)
      assert.deepStrictEqual(lines.filter((line) => line.startsWith("GET")), [
        "GET http://a.example/x",
        "GET https://b.example/"
      ])
    }))

  it.effect("never goes on in clear, posts nothing in clear, and takes only HTTP", () =>
    Effect.gen(function*() {
      const body = { contentType: "text/xml", text: "x" }
      for (
        const location of ["http://b.example/", "ftp://b.example/", "file:///etc/passwd", "https://u:p@b.example/"]
      ) {
        const error = yield* failure({
          "a.example:443": to(location),
          "b.example:80": document,
          "b.example:443": document
        })
        assert.strictEqual(error.because._tag, "BadRedirect", location)
      }
      assert.strictEqual((yield* failure({}, { url: "http://a.example/", body })).because._tag, "BadUrl")
      assert.strictEqual((yield* failure({}, { url: "gopher://a.example/" })).because._tag, "BadUrl")
    }))

  it.effect("gives up on a circle", () =>
    Effect.gen(function*() {
      const error = yield* failure({ "a.example:443": to("/x") })
      assert.strictEqual(error.because._tag, "TooManyRedirects")
      assert.strictEqual(error.redirects.length, Fetch.maxRedirects + 1)
    }))

  it.effect("posts again where it is sent on, but not after 303", () =>
    Effect.gen(function*() {
      const bodies: Array<string> = []
      const world = (status: number) => ({
        "a.example:443": to("https://b.example/", status),
        "b.example:443": ({ body, method }: { readonly body: string; readonly method: string }) => {
          bodies.push(`${method} ${body}`)
          return document()
        }
      })
      const body = { contentType: "text/xml", text: "<x/>" }
      for (const status of [302, 303, 307]) yield* success(world(status), { body })
      assert.deepStrictEqual(bodies, ["POST <x/>", "GET ", "POST <x/>"])
    }))

  for (
    const location of [
      "https://inside.example/",
      "https://metadata.example/latest/meta-data/",
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://[::ffff:127.0.0.1]/",
      "https://0x7f000001/",
      "https://2130706433/",
      "https://0177.1/",
      "https://localhost/",
      "https://127.0.0.1.:443/",
      "https://b.example:8443/",
      "https://b.example:25/",
      "//10.0.0.1/"
    ]
  ) {
    it.effect(`obeys the address policy at a redirect to ${location}`, () =>
      Effect.gen(function*() {
        const asked: Array<string> = []
        const spy = (host: string) => () => {
          asked.push(host)
          return document()
        }
        const error = yield* failure(
          {
            "a.example:443": to(location),
            ...Object.fromEntries(
              ["inside.example", "metadata.example", "127.0.0.1", "[::1]", "[::ffff:7f00:1]", "localhost", "10.0.0.1"]
                .map((host) => [`${host}:443`, spy(host)])
            ),
            "b.example:8443": spy("b.example:8443"),
            "b.example:25": spy("b.example:25")
          },
          {},
          AddressPolicy.publicOnly()
        )
        assert.strictEqual(error.because._tag === "DialFailed" && error.because.reason, "AddressDenied")
        assert.deepStrictEqual(error.because._tag === "DialFailed" ? error.because.attempts : undefined, [])
        assert.deepStrictEqual(asked, [])
      }))
  }

  it.effect("dials of a host only the addresses that the policy allows", () =>
    Effect.gen(function*() {
      const found = yield* success(
        { "a.example:443": to("https://split.example/"), "split.example:443": document },
        {},
        AddressPolicy.publicOnly()
      )
      assert.strictEqual(found.url, "https://split.example/")
    }))
})
