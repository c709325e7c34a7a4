/** Every place of a submission at which a server answers, and a server that answers strangely at one of them. */
import type { PhaseId } from "@sonde/domain/Service"
import * as Support from "./support.ts"

/** One place of the conversation. The reply stands where `at` says, all others are in order. */
export interface Place {
  readonly at: string
  readonly phase: PhaseId
  readonly ok: ReadonlyArray<number>
  readonly refusal: string
  readonly security?: "starttls" | "tls"
}

export const places: ReadonlyArray<Place> = [
  { at: "the greeting", phase: "greeting", ok: [220], refusal: "GreetingError Rejected" },
  { at: "EHLO", phase: "ehlo", ok: [250], refusal: "ProtocolError UnexpectedReply" },
  { at: "HELO", phase: "ehlo", ok: [250], refusal: "ProtocolError UnexpectedReply" },
  { at: "STARTTLS", phase: "starttls", ok: [220], refusal: "StartTlsError Refused", security: "starttls" },
  { at: "AUTH", phase: "auth", ok: [235, 334], refusal: "AuthRejected" },
  { at: "the secret", phase: "auth", ok: [235], refusal: "AuthRejected" },
  { at: "MAIL", phase: "mail", ok: [250], refusal: "SenderRejected" },
  { at: "RCPT", phase: "rcpt", ok: [250, 251, 252], refusal: "RecipientRejected" },
  { at: "DATA", phase: "data", ok: [354], refusal: "MessageRejected" },
  {
    at: "the message",
    phase: "data",
    ok: Array.from({ length: 100 }, (_, index) => 200 + index),
    refusal: "MessageRejected"
  },
  {
    at: "QUIT",
    phase: "quit",
    ok: Array.from({ length: 100 }, (_, index) => 200 + index),
    refusal: "ProtocolError UnexpectedReply"
  }
]

/** A server that answers everything well, and at one place so. */
const answering = ({ at, security = "tls" }: Place, reply: ReadonlyArray<string>) => {
  const here = (place: string, otherwise: ReadonlyArray<string>) => place === at ? reply : otherwise
  const mechanism = at === "the secret" ? "LOGIN" : "PLAIN"
  let inMessage = false
  let answered = 0
  return (line: string | undefined): ReadonlyArray<string> => {
    if (line === undefined) {
      return security === "tls" ? ["tls", ...here("the greeting", ["S: 220 mx.example"])] : ["S: 220 mx.example"]
    }
    if (inMessage) {
      if (line !== ".") return []
      inMessage = false
      return here("the message", ["S: 250 queued"])
    }
    switch (/^\w*/.exec(line)?.[0]) {
      case "EHLO":
        return at === "HELO"
          ? ["S: 500 what?"]
          : here("EHLO", ["S: 250-mx.example", "S: 250-STARTTLS", `S: 250 AUTH ${mechanism}`])
      case "HELO":
        return here("HELO", ["S: 250 mx.example"])
      case "STARTTLS":
        return [
          ...here("STARTTLS", ["S: 220 ready"]),
          ...(at !== "STARTTLS" || reply[0]?.startsWith("S: 220") ? ["tls"] : [])
        ]
      case "AUTH":
        return mechanism === "LOGIN" ? ["S: 334 VXNlcm5hbWU6"] : here("AUTH", ["S: 235 welcome"])
      case "MAIL":
        return here("MAIL", ["S: 250 ok"])
      case "RCPT":
        return here("RCPT", ["S: 250 ok"])
      case "DATA":
        inMessage = true
        return here("DATA", ["S: 354 go ahead"])
      case "QUIT":
        return here("QUIT", ["S: 221 bye"])
      default:
        answered += 1
        return mechanism === "LOGIN" && answered === 1
          ? ["S: 334 UGFzc3dvcmQ6"]
          : here("the secret", ["S: 501 cancelled"])
    }
  }
}

/** Plays a whole submission with a server that gives these steps in answer to one thing. */
export const playAt = (place: Place, reply: ReadonlyArray<string>, plan: Support.Plan = {}) =>
  Support.over(Support.network(answering(place, reply)), {
    security: place.security ?? "tls",
    // After HELO, and after an EHLO answered in one line, there is no AUTH.
    ...(place.phase === "ehlo" ? {} : { credential: Support.withPassword }),
    message: "Subject: test\r\n\r\nbody\r\n",
    ...plan
  })
