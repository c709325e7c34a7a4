/**
 * The words of a verdict, apart from `Phrases.ts`, which reads facts and needs their schemas.
 */
import { actorNames } from "@sonde/domain/ActorNames"
import type { PhaseState } from "@sonde/domain/Service"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Escape from "../Escape.ts"

/**
 * Marks of phase states, and their replacement where only ASCII can be shown.
 *
 * @category words
 * @since 0.1.0
 */
export const marks: Readonly<Record<PhaseState, { readonly mark: string; readonly ascii: string }>> = {
  pass: { mark: "✓", ascii: "ok" },
  restored: { mark: "✓", ascii: "ok" },
  fail: { mark: "✗", ascii: "FAIL" },
  warn: { mark: "!", ascii: "warn" },
  inconclusive: { mark: "?", ascii: "????" },
  skip: { mark: "·", ascii: "skip" }
}

/**
 * Areas of `ruledOut` and `notJudged`.
 *
 * @category words
 * @since 0.1.0
 */
export const area = (id: string): string => areas[id] ?? Escape.line(id.replaceAll("_", " "))

const areas: Readonly<Record<string, string>> = {
  dns: "DNS",
  tls: "TLS",
  secret: "the password",
  password: "the password",
  token: "the token",
  user: "the user name",
  auth: "sign-in",
  sender: "the sender",
  recipient: "the recipient",
  message: "the message"
}

/**
 * Who must act, with the organisation where there is one: `an Exchange administrator of contoso.example`.
 *
 * @category words
 * @since 0.1.0
 */
export const actor = (verdict: Verdict, domain: string | undefined): string => {
  const name = actorNames[verdict.actor]
  const ofDomain = verdict.actor === "exchange-admin" || verdict.actor === "entra-admin"
    || verdict.actor === "workspace-admin"
  return ofDomain && domain !== undefined ? `${name} of ${Escape.line(domain)}` : name
}

/**
 * A list in a sentence: `a`, `a and b`, `a, b and c`.
 *
 * @category words
 * @since 0.1.0
 */
export const list = (items: ReadonlyArray<string>): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`
