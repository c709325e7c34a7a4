import { assert, describe, it } from "@effect/vitest"
import { read, type Sent } from "@sonde/web/EventStream"
import type { Problem } from "@sonde/web/Problem"

const encoder = new TextEncoder()

/** A body that comes in the given pieces, and breaks after them where it does not end. */
const body = (pieces: Iterable<Uint8Array<ArrayBuffer>>, breaks = false) =>
  new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece)
      if (!breaks) controller.close()
    },
    pull: (controller) => breaks ? controller.error(new TypeError("network error")) : undefined
  })

const all = async (text: string, size = text.length * 4): Promise<ReadonlyArray<Sent>> => {
  const octets = encoder.encode(text)
  const pieces = Array.from(
    { length: Math.ceil(octets.length / size) },
    (_, index) => octets.slice(index * size, (index + 1) * size)
  )
  const found: Array<Sent> = []
  for await (const sent of read(body(pieces))) found.push(sent)
  return found
}

const two = [
  { id: "1", event: "run.start", data: { target: "ä@b.example" } },
  { id: "2", event: "run.end", data: [1, "x\ny"] }
]
const text = ": events follow\n\n"
  + two.map(({ data, event, id }) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join(
    ": alive\n\n"
  )

describe("read", () => {
  it("gives each event, whatever the sizes of the pieces", async () => {
    for (let size = 1; size <= 40; size++) assert.deepStrictEqual(await all(text, size), two, `${size}`)
  })

  it("takes CR and CR LF for line ends as well", async () => {
    for (const end of ["\r", "\r\n"]) {
      for (const size of [1, 2, 3, 1000]) {
        assert.deepStrictEqual(await all(`${text.replaceAll("\n", end)}: end${end}`, size), two)
      }
    }
  })

  it("joins data in several lines, and takes one space away", async () => {
    assert.deepStrictEqual(await all(`data:[1,\ndata: 2,\ndata\ndata:3]\n\n`), [
      { id: "", event: "message", data: [1, 2, 3] }
    ])
  })

  it("drops what began and did not end, and events without data", async () => {
    assert.deepStrictEqual(await all("id: 1\n\ndata: 1\n\nid: 2\ndata: 2\n"), [{ id: "", event: "message", data: 1 }])
  })

  it("tells that the server is away when the connection breaks, after what came before", async () => {
    const found: Array<unknown> = []
    let problem: Problem | undefined
    try {
      for await (const { data } of read(body([encoder.encode("data: 1\n\ndata: 2")], true))) found.push(data)
    } catch (error) {
      problem = error as Problem
    }
    assert.deepStrictEqual(found, [1])
    assert.strictEqual(problem?.kind, "offline")
  })
})
