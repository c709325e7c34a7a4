/** What a server's reply asks to wait. */
import { assert, describe, it } from "@effect/vitest"
import * as Pause from "@sonde/phases/Pause"

describe("Pause.millisOf", () => {
  it.each<readonly [text: string, millis: number | undefined]>([
    ["Request is throttled. Suggested Backoff Time: 92415 milliseconds", 92_415],
    ["Too many logins, try again in 5 minutes", 300_000],
    ["please retry after 30 s", 30_000],
    ["Wait 1 hour and come back", 3_600_000],
    ["retry after 250ms", 250],
    ["try again later", undefined],
    ["wait 0 seconds", undefined],
    ["try again in 99999999 hours", undefined],
    ["waited 5 minutes for the client", undefined],
    ["limit of 30 messages in 5 minutes", undefined]
  ])("reads %s", (text, millis) => {
    assert.strictEqual(Pause.millisOf(text), millis)
  })
})
