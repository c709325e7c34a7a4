/** Ways in which a peer breaks the rules, and what each brings about. */

export interface Hostile {
  readonly what: string
  readonly steps: ReadonlyArray<string>
  readonly error: string
  /** Where the same means something else before the first word. */
  readonly atGreeting?: string
}

const octets = (text: string): string =>
  [...new TextEncoder().encode(text)].map((octet) => octet.toString(16).padStart(2, "0")).join("")

export const hostile: ReadonlyArray<Hostile> = [
  {
    what: "no code",
    steps: ["S: hello"],
    error: "ProtocolError MalformedReply",
    atGreeting: "GreetingError NotThisProtocol"
  },
  { what: "four digits", steps: ["S: 2500 ok"], error: "ProtocolError MalformedReply" },
  { what: "a code that no class has", steps: ["S: 650 ok"], error: "ProtocolError MalformedReply" },
  { what: "an empty line", steps: ["S:"], error: "ProtocolError MalformedReply" },
  { what: "two codes in one reply", steps: ["S: 250-one", "S: 550 two"], error: "ProtocolError CodeChanged" },
  {
    what: "a line without end",
    steps: [`raw ${octets("250 ")}${"61".repeat(9000)}`],
    error: "ProtocolError LineTooLong"
  },
  {
    what: "a reply without end",
    steps: Array.from({ length: 600 }, () => "S: 250-more"),
    error: "ProtocolError ReplyTooLong"
  },
  {
    what: "too many octets in one reply",
    steps: Array.from({ length: 70 }, () => `S: 250-${"y".repeat(1000)}`),
    error: "ProtocolError ReplyTooLong"
  },
  { what: "the end of the connection", steps: ["close"], error: "ConnectionLost Closed" },
  { what: "the end of the connection in a reply", steps: ["S: 250-one", "close"], error: "ConnectionLost Closed" },
  { what: "a break of the connection", steps: ["reset"], error: "ConnectionLost Reset" },
  {
    what: "a break of the connection in a line",
    steps: [`raw ${octets("250 o")}`, "reset"],
    error: "ConnectionLost Reset"
  },
  { what: "silence", steps: ["wait 5m"], error: "PhaseTimeout", atGreeting: "GreetingError Silent" },
  {
    what: "half a reply and silence",
    steps: ["S: 250-one", "wait 5m"],
    error: "PhaseTimeout",
    atGreeting: "GreetingError Silent"
  }
]
