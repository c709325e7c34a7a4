import { assert, describe, it } from "@effect/vitest"
import * as Changes from "@sonde/web/Changes"
import * as Canned from "./canned.ts"

describe("sentences", () => {
  it("say what was refused and is accepted", () => {
    assert.deepStrictEqual(Changes.sentences(Canned.refused, Canned.later), [
      "auth: refused 12 minutes ago, accepted now"
    ])
  })

  it("say what was accepted and is refused", () => {
    const again = { ...Canned.refused, startedAt: "2026-11-24T14:14:11.120Z" }
    assert.deepStrictEqual(Changes.sentences(Canned.later, again), ["auth: accepted 24 hours ago, refused now"])
  })

  it("are none for two runs alike", () => {
    assert.deepStrictEqual(Changes.sentences(Canned.refused, { ...Canned.refused, run: "other" }), [])
  })
})

describe("ofResumed", () => {
  it("says what changed against the earlier attempt, and not what was kept", () => {
    assert.deepStrictEqual(Changes.ofResumed(Canned.accepted), ["auth: refused 12 minutes ago, accepted now"])
  })

  it("names the service where there are several", () => {
    const two = {
      ...Canned.accepted,
      services: [...Canned.accepted.services, { id: "imap" as const, outcome: "pass" as const, phases: [] }]
    }
    assert.deepStrictEqual(Changes.ofResumed(two), ["SMTP submission, auth: refused 12 minutes ago, accepted now"])
  })

  it("is nothing for a first attempt", () => {
    assert.deepStrictEqual(Changes.ofResumed(Canned.refused), [])
  })
})

describe("pairs", () => {
  const pairs = Changes.pairs(Canned.refused, Canned.later)

  it("sets each phase beside the same phase, also where an id comes twice", () => {
    const ehlo = pairs.filter(({ id }) => id === "ehlo")
    assert.deepStrictEqual(
      ehlo.map(({ after, before }) => [before?.facts?.["starttls"], after?.facts?.["starttls"]]),
      [[true, true], [false, false]]
    )
  })

  it("keeps phases that only one of the runs has", () => {
    assert.deepStrictEqual(
      pairs.filter(({ after }) => after === undefined).map(({ id, service }) => `${service} ${id}`),
      ["smtp-submission rcpt", "imap resolve"]
    )
  })

  it("are changed where the phase became something else", () => {
    assert.deepStrictEqual(pairs.filter(Changes.isChanged).map(({ id }) => id), ["auth"])
  })
})
