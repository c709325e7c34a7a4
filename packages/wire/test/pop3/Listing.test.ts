/** The identifiers of a maildrop: what real servers list, and that what is written is read back. */
import { assert, describe, it } from "@effect/vitest"
import * as Listing from "@sonde/wire/pop3/Listing"
import * as Reply from "@sonde/wire/pop3/Reply"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import { between, textOf } from "../support.ts"

describe("POP3 listing", () => {
  it("reads identifiers and leaves out what is none", () => {
    assert.deepStrictEqual(
      Listing.fromLines(["1 whqtswO00WBw418f9t5JxYwZ", "2 QhdPYR:00WBw1Ph7x7 ", "x y", "2 again", "0 zero", "3"]),
      [{ number: 1, id: "whqtswO00WBw418f9t5JxYwZ" }, { number: 2, id: "QhdPYR:00WBw1Ph7x7" }]
    )
  })

  const listings = Arbitrary.array(textOf("aZ09.:/~!", { minLength: 1, maxLength: 70 }), { maxLength: 8 }).pipe(
    Arbitrary.map((ids) => ids.map((id, index): Listing.Listed => ({ number: index + 1, id })))
  )

  it.prop("reads back what it writes, as lines of a reply", { listed: listings, way: between(0, 1) }, ({ listed }) => {
    const { push } = Reply.decoder(true)
    const lines = Reply.toLines({ status: "+OK", text: "", lines: Listing.toLines(listed) }, true)
    const read = lines.map((line) => Result.getOrThrow(push(line))).at(-1)
    assert.deepStrictEqual(Listing.fromLines(read!.lines), listed)
  })
})
