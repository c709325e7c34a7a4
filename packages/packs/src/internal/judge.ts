/**
 * Which reading of a pasted text is explained, and by which rules.
 */
import type { Knowledge } from "../Knowledge.ts"
import { type Hit, match } from "../Match.ts"
import type { Seen } from "../Seen.ts"

/** What was seen, and the rules that fit it, best first; `assumed` says that the class of its code was assumed. */
export interface Judged {
  readonly seen: Seen
  readonly hits: ReadonlyArray<Hit>
  readonly assumed?: true
}

/** What the readings are asked: which rules there are, which of them count, and in what order. */
interface Asked {
  readonly knowledge: Knowledge
  readonly counts: (hit: Hit) => boolean
  readonly ordered: (hits: ReadonlyArray<Hit>) => ReadonlyArray<Hit>
}

/** The innermost candidate that a rule explains by its text; failing that the innermost that any rule explains. */
const judgeWords = (
  { counts, knowledge, ordered }: Asked,
  candidates: ReadonlyArray<Seen>
): Judged | undefined => {
  let fallback: Judged | undefined
  for (const seen of candidates) {
    const open = match(knowledge, seen, "open").filter(counts)
    // A typed error is known as a phase knows it, and needs no words.
    const hits = ordered(open.length > 0 || seen.error === undefined ? open : match(knowledge, seen).filter(counts))
    const best = hits[0]
    if (best === undefined) continue
    if (best.byText) return { seen, hits }
    fallback ??= { seen, hits }
  }
  return fallback
}

/** A single sentence about a message that did not go well, and no words of a program around it. */
const isOfMail = (text: string): boolean =>
  text.length <= longestSentence && aboutMail.test(text) && refusing.test(text) && !ofProgram.test(text)

const longestSentence = 300
const aboutMail = /\b(?:e-?mails?|messages?|mail(?:box(?:es)?)?|senders?|recipients?|spam|relay(?:ing)?|bounces?)\b/iu
const refusing =
  /\b(?:reject|refus|den(?:y|ied)|block|bann|not\b|no\b|never\b|cannot\b|unknown|invalid|exceed|too\b|full\b|over\b|suspend|disabled|closed|expired|prohibit|forbid|blacklist)|n't\b/iu
const ofProgram =
  /[\n{}]|exception|\berror\b|panic|failed to|could not connect|\b(?:TLS|SSL|DNS|IMAP|POP3|OAuth|token|API|login)\b/iu

/** Codes of no meaning but that of their class. */
const refusals = [599, 499]

/**
 * Programs hand on the words of a refusal without its number. Where words alone explain nothing, they are asked again as
 * those of a refusal for good, then as those of one for now: by the enhanced code, where there is one.
 */
const judgeAsRefused = (asked: Asked, candidates: ReadonlyArray<Seen>): Judged | undefined => {
  if (candidates.some(({ code }) => code !== undefined)) return undefined
  const words = candidates.filter(({ error, protocol, reason, status, text }) =>
    (error ?? reason ?? status) === undefined &&
    (protocol === "smtp" || protocol === "lmtp" || (protocol === undefined && isOfMail(text)))
  )
  const enhanced = words.find((seen) => seen.enhanced !== undefined)?.enhanced
  for (const code of refusals) {
    if (enhanced !== undefined && !enhanced.startsWith(`${code}`.slice(0, 1))) continue
    for (const seen of words) {
      const found = judgeWords(asked, [{ ...seen, code }])
      if (found?.hits[0]?.byText === true) return { seen, hits: found.hits, assumed: true }
    }
  }
  return undefined
}

/**
 * The reading that explains a text, and the rules that fit it: those that `counts` admits, in the order of `ordered`.
 * Undefined where nothing explains it, also not as words of a refusal.
 */
export const judge = (asked: Asked, candidates: ReadonlyArray<Seen>): Judged | undefined => {
  const found = judgeWords(asked, candidates)
  return found?.hits[0]?.byText === true ? found : judgeAsRefused(asked, candidates) ?? found
}
