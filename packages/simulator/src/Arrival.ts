/**
 * What becomes of an accepted message on its way into a mailbox: fields the receiving service writes above it, and a From
 * and a Message-ID that it may replace.
 *
 * Pure; octets in, octets out. Authentication-Results are those of the world's switches, not of a check of the message.
 *
 * @since 0.1.0
 */
import type { Message } from "./State.ts"
import { domainOf } from "./World.ts"
import type * as World from "./World.ts"

const newline = /\r?\n/

/** Where the header ends: the octet after its last line end. */
const headerEnd = (text: string): number => {
  if (/^\r?\n/.test(text)) return 0
  const match = /\r?\n\r?\n/.exec(text)
  return match === null ? text.length : match.index + (match[0].startsWith("\r") ? 2 : 1)
}

const fieldPattern = (name: string): RegExp => new RegExp(`^${name}[ \\t]*:.*(?:\\r?\\n[ \\t].*)*(?:\\r?\\n|$)`, "im")

/** Puts another address into the From field and keeps the name; adds the field where there is none. */
export const withFrom = (octets: Buffer, address: string): Buffer => {
  const text = octets.toString("latin1")
  const end = headerEnd(text)
  const header = text.slice(0, end)
  const wire = Buffer.from(address).toString("latin1")
  const field = fieldPattern("From").exec(header)
  const value = field?.[0].slice(field[0].indexOf(":") + 1).split(newline).join(" ").slice(0, 2000) ?? ""
  const name = /^\s*((?:"(?:[^"\\]|\\.)*"|[^<"])+?)\s*<[^<>]*>/.exec(value)?.[1]?.trim()
  const written = name === undefined ? `From: <${wire}>\r\n` : `From: ${name} <${wire}>\r\n`
  const changed = field === null
    ? written + header
    : header.slice(0, field.index) + written + header.slice(field.index + field[0].length)
  return Buffer.from(changed + text.slice(end), "latin1")
}

/** Puts another Message-ID in place of the one that is there. */
const withId = (octets: Buffer, id: string): Buffer => {
  const text = octets.toString("latin1")
  const end = headerEnd(text)
  const header = text.slice(0, end)
  return Buffer.from(header.replace(fieldPattern("Message-ID"), `Message-ID: ${id}\r\n`) + text.slice(end), "latin1")
}

/** The address in From, else the envelope's. */
const authorOf = (content: Buffer, message: Message): string => {
  const field = fieldPattern("From").exec(content.subarray(0, 65_536).toString("latin1"))?.[0] ?? ""
  return /([^\s<>:,;"]+@[^\s<>,;"]+)/.exec(field)?.[1] ?? message.from
}

const date = (millis: number): string => new Date(millis).toUTCString().replace("GMT", "+0000")

/** A message of Graph or of another way that kept no octets, as the service would compose it (RFC 5322 section 3.6). */
const composed = (message: Message): Buffer =>
  Buffer.from(
    [
      `From: <${message.from}>`,
      `To: ${message.to.map((one) => `<${one}>`).join(", ")}`,
      `Subject: ${(message.subject ?? "").replace(/[\r\n]+/g, " ")}`,
      `Message-ID: ${message.id}`,
      `Date: ${date(Date.parse(message.at))}`,
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "",
      ""
    ].join("\r\n")
  )

/** The octets of a message: as sent where they were kept. */
export const contentOf = (message: Message, content: Buffer | undefined): Buffer =>
  content ?? (message.raw === null ? composed(message) : Buffer.from(message.raw))

type Results = Pick<World.Mailbox["arrival"], "dkim" | "dmarc" | "spf">

/** As Exchange Online Protection writes it (Microsoft's page on anti-spam message headers, V). */
const byMicrosoft = ({ dkim, dmarc, spf }: Results, mailFrom: string, headerFrom: string): string => {
  const signed = { pass: "signature was verified", fail: "body hash did not verify", none: "message not signed" }
  const composite = { pass: "pass reason=100", fail: "fail reason=000", none: "none reason=405" }
  return `spf=${spf} (sender IP is 127.0.0.1) smtp.mailfrom=${mailFrom}; dkim=${dkim} (${signed[dkim]}) header.d=${
    dkim === "none" ? "none" : headerFrom
  };dmarc=${dmarc} action=${dmarc === "fail" ? "quarantine" : "none"} header.from=${headerFrom};compauth=${
    composite[dmarc]
  }`
}

/** As Gmail writes it (received messages, T). A check that found nothing is left out. */
const byGoogle = ({ dkim, dmarc, spf }: Results, mailFrom: string, headerFrom: string): string => {
  const designates = { pass: "designates", fail: "does not designate", none: "" }[spf]
  return [
    "mx.google.com",
    ...(dkim === "none" ? [] : [`dkim=${dkim} header.i=@${headerFrom} header.s=20230601 header.b=ZmFrZWI2`]),
    spf === "none"
      ? `spf=none (google.com: ${mailFrom} does not designate permitted sender hosts) smtp.mailfrom=${mailFrom}`
      : `spf=${spf} (google.com: domain of ${mailFrom} ${designates} 127.0.0.1 as permitted sender) smtp.mailfrom=${mailFrom}`,
    ...(dmarc === "none"
      ? []
      : [`dmarc=${dmarc} (p=NONE sp=NONE dis=${dmarc === "fail" ? "QUARANTINE" : "NONE"}) header.from=${headerFrom}`])
  ].join(";\r\n       ")
}

/** How a message reaches one mailbox. */
export interface Way {
  readonly service: "microsoft" | "google"
  readonly host: string
  readonly mailbox: string
  readonly arrival: World.Mailbox["arrival"]
}

/** The message as it lies in the mailbox (fields of RFC 5321 section 4.4). */
export const arrived = (message: Message, content: Buffer, way: Way): Buffer => {
  const { arrival, host, mailbox, service } = way
  const named = arrival.messageId === "replaced"
    ? withId(content, `<${message.at.replace(/\D/g, "")}@${host}>`)
    : content
  const body = arrival.from === null ? named : withFrom(named, arrival.from)
  const at = date(Date.parse(message.at))
  const headerFrom = domainOf(authorOf(body, message))
  const head = body.subarray(0, headerEnd(body.toString("latin1"))).toString("latin1")
  const lines = service === "microsoft"
    ? [
      `Received: from ${host} by ${host} with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.9000.1; ${at}`,
      `Authentication-Results: ${byMicrosoft(arrival, domainOf(message.from), headerFrom)}`,
      `Return-Path: ${message.from}`,
      `X-MS-Exchange-Organization-SCL: ${arrival.folder === "junk" ? 5 : 1}`,
      ...(arrival.folder === "junk" ? ["X-Forefront-Antispam-Report: CIP:127.0.0.1;SFV:SPM;SCL:5;CAT:SPM;"] : [])
    ]
    : [
      `Delivered-To: ${mailbox}`,
      `Received: by ${host} with SMTP id ${message.id.replace(/[^0-9A-Za-z]/g, "").slice(0, 20)}; ${at}`,
      `Return-Path: <${message.from}>`,
      `Authentication-Results: ${byGoogle(arrival, message.from, headerFrom)}`
    ]
  if (!fieldPattern("Message-ID").test(head)) lines.push(`Message-ID: ${message.id}`)
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n`), body])
}
