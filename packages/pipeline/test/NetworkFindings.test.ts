import { assert, describe, it } from "@effect/vitest"
import type { PhaseReport } from "@sonde/domain/Report"
import * as NetworkFindings from "@sonde/pipeline/NetworkFindings"

const place = {
  service: "smtp-submission",
  endpoint: { protocol: "smtp", host: "mx.example", port: 587, security: "starttls" }
} as const

const [four, six] = ["192.0.2.25", "2001:db8::25"]

const connected = (
  to: string,
  attempts: ReadonlyArray<readonly [address: string, result: string, durationMillis?: number]>,
  more: object = {}
): ReadonlyArray<PhaseReport> => [
  { id: "resolve", state: "pass", facts: { name: "mx.example", source: "dns", addresses: [] } },
  {
    id: "connect",
    state: "pass",
    facts: {
      address: to,
      port: 587,
      family: to.includes(":") ? 6 : 4,
      attempts: attempts.map(([address, result, durationMillis = 3]) => ({
        address,
        port: 587,
        result,
        durationMillis
      })),
      ...more
    }
  }
]

const found = (phases: ReadonlyArray<PhaseReport>) => NetworkFindings.ofService(phases, place)
const ids = (phases: ReadonlyArray<PhaseReport>) => found(phases).map(({ id, state }) => `${id} ${state}`)

describe("addresses of one family that do not answer", () => {
  it.each([
    ["Refused", /refuses the connection/],
    ["Timeout", /does not answer: a firewall drops/],
    ["Reset", /resets the connection/]
  ])("are told with what to do: %s", (result, words) => {
    const [finding] = found(connected(four, [[six, result, 2000], [four, "Connected"]]))
    assert.strictEqual(finding?.id, "ipv6_not_answering")
    assert.strictEqual(finding?.title, "mx.example:587 answers over IPv4 and not over IPv6")
    assert.match(finding?.text ?? "", words)
    assert.include(finding?.text, "after 2.0 s")
    assert.include(JSON.stringify(finding?.remedies), "take its AAAA record away")
    assert.strictEqual(finding?.remedies[0]?.command, "nc -6 -vz -w 10 mx.example 587")
  })

  it("are told the other way round, too", () => {
    assert.deepStrictEqual(ids(connected(six, [[six, "Connected"], [four, "Timeout", 2000]])), [
      "ipv4_not_answering warn"
    ])
  })

  it("are no fault of the server where this machine has no way to them", () => {
    assert.deepStrictEqual(ids(connected(four, [[six, "Unreachable"], [four, "Connected"]])), [
      "family_not_judged pass"
    ])
  })

  it.each([
    ["both answer", connected(six, [[six, "Connected"], [four, "Connected"]])],
    [
      "another of the family answers",
      connected(four, [[six, "Refused"], [four, "Connected"], ["2001:db8::26", "Connected"]])
    ],
    ["it was only slower", connected(six, [[six, "Connected"], [four, "Abandoned"]])],
    ["the policy denies it", connected(four, [[six, "AddressDenied"], [four, "Connected"]])],
    ["only one of several of the same family fails", connected(four, [["192.0.2.26", "Refused"], [four, "Connected"]])],
    ["a proxy was gone through", connected(four, [[six, "Refused"], [four, "Connected"]], { proxy: "socks5://p:1" })]
  ])("are not told where %s", (_why, phases) => assert.deepStrictEqual(ids(phases), []))
})

const greeted = (firstOctetMillis: number, wholeMillis: number, pace?: object): ReadonlyArray<PhaseReport> => [{
  id: "greeting",
  state: "pass",
  facts: { text: "mx.example", firstOctetMillis, wholeMillis },
  ...(pace === undefined
    ? {}
    : {
      pace: { replies: 1, command: "", waitMillis: firstOctetMillis, wholeMillis, octets: 20, segments: 1, ...pace }
    })
}]

describe("a late greeting", () => {
  it("is told from the time that postscreen waits, with what the RFC grants", () => {
    assert.deepStrictEqual(ids(greeted(5900, 5990)), [])
    const [finding] = found(greeted(6100, 6120))
    assert.strictEqual(finding?.title, "mx.example:587 greets only after 6.1 s")
    assert.match(finding?.text ?? "", /RFC 5321 section 4\.5\.3\.2\.1 grants a greeting 5 minutes.*give up after 30 s/)
    assert.match(found(greeted(31_000, 31_000))[0]?.text ?? "", /have given up by then/)
  })

  it("is told as a tarpit where it drips", () => {
    const [finding] = found(greeted(100, 3100, { segments: 20, octets: 22 }))
    assert.strictEqual(finding?.title, "mx.example:587 sends its greeting octet by octet, over 3.0 s")
    assert.deepStrictEqual(ids(greeted(100, 3100, { segments: 2, octets: 200 })), [])
  })
})

const replied = (
  id: PhaseReport["id"],
  wholeMillis: number,
  more: object = {},
  state: PhaseReport["state"] = "pass"
): PhaseReport => ({
  id,
  state,
  pace: {
    replies: 1,
    command: "RCPT TO:<a@b.example>",
    waitMillis: wholeMillis,
    wholeMillis,
    octets: 10,
    segments: 1,
    ...more
  }
})

describe("late replies", () => {
  it("are told once, the slowest by its command", () => {
    const [finding, ...others] = found([
      replied("mail", 5100, { command: "MAIL FROM:<a@b.example>" }),
      replied("rcpt", 9000)
    ])
    assert.deepStrictEqual(others, [])
    assert.strictEqual(finding?.title, "mx.example:587 answers late: 9.0 s for RCPT")
    assert.include(finding?.text, "mail (5.1 s), rcpt (9.0 s)")
  })

  it("are told as a tarpit where they drip", () => {
    const [finding] = found([replied("ehlo", 3000, { waitMillis: 500, segments: 60, octets: 62 })])
    assert.match(finding?.title ?? "", /sends replies octet by octet: 3\.0 s/)
  })

  it("are not told of a sign-in, a message, a refusal, or below five seconds", () => {
    assert.deepStrictEqual(
      ids([replied("auth", 9000), replied("data", 9000), replied("rcpt", 9000, {}, "fail"), replied("mail", 4900)]),
      []
    )
  })
})
