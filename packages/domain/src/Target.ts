/**
 * What the user typed: a mailbox, a domain, or a host with a port.
 *
 * Only the form is judged here; whether a domain exists is the business of phases.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { isAddress, isIpv4, isIpv6 } from "./Host.ts"

export { isAddress } from "./Host.ts"

/**
 * A target. Domains and hosts are lower case without a trailing dot and in A-label form (RFC 5890 section 2.3.2.1)
 * where they were international; `input` and the local part stay as typed.
 *
 * @category models
 * @since 0.1.0
 */
export type Target =
  | { readonly _tag: "Mailbox"; readonly input: string; readonly mailbox: string; readonly domain: string }
  | { readonly _tag: "Domain"; readonly input: string; readonly domain: string }
  | { readonly _tag: "Host"; readonly input: string; readonly host: string; readonly port: number }

/**
 * Text that is no target: `problem` says what is wrong, `remedy` what to type instead.
 *
 * @category errors
 * @since 0.1.0
 */
export class TargetError extends Data.TaggedError("TargetError")<{
  readonly input: string
  readonly problem: string
  readonly remedy: string
}> {
  override get message(): string {
    return `${JSON.stringify(this.input)} ${this.problem}; ${this.remedy}`
  }
}

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
const localPart = /^(?:"(?:[^"\\\r\n]|\\[^\r\n])*"|[^\s"(),:;<>@[\\\]\u0000-\u001f\u007f]+)$/u

const toAscii = (name: string): string | undefined => {
  const plain = name.replace(/\.$/, "")
  if (plain === "" || /[\s/?#@:\\%]/.test(plain)) return undefined
  try {
    // The URL parser applies UTS 46, which is what resolvers are given.
    const host = new URL(`http://${plain}/`).hostname
    const ascii = host === "" ? undefined : host
    if (ascii === undefined || ascii.length > 253) return undefined
    // It also reads `0x7f.1` and `010.0.0.1` as addresses, which nobody means.
    if (isIpv4(ascii) && ascii !== plain) return undefined
    return ascii.split(".").every((part) => label.test(part)) ? ascii : undefined
  } catch {
    return undefined
  }
}

/**
 * A host name in the form resolvers take, or `undefined` where it is none. Address literals stay as they are.
 *
 * @category parsing
 * @since 0.1.0
 */
export const hostName = (text: string): string | undefined => isAddress(text) ? text : toAscii(text)

/**
 * Reads a target as typed.
 *
 * @category parsing
 * @since 0.1.0
 */
export const fromText = (input: string): Result.Result<Target, TargetError> => {
  const text = input.trim()
  const fail = (problem: string, remedy: string) => Result.fail(new TargetError({ input, problem, remedy }))
  const example =
    "type a mailbox (person@example.com), a domain (example.com) or a host with a port (mail.example.com:587)"
  if (text === "") return fail("is empty", example)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return fail("is a URL", example)

  const at = text.lastIndexOf("@")
  if (at >= 0) {
    const local = text.slice(0, at)
    const domain = toAscii(text.slice(at + 1))
    if (local === "") return fail("has nothing before the @", "type the whole address, such as person@example.com")
    if (text.slice(at + 1) === "") {
      return fail("has nothing after the @", "type the whole address, such as person@example.com")
    }
    if (!localPart.test(local) || local.startsWith(".") || local.endsWith(".") || local.includes("..")) {
      return fail("is not a mailbox: the part before the @ has characters that need quotes", example)
    }
    if (domain === undefined || isIpv4(domain)) {
      return fail(`is not a mailbox: ${JSON.stringify(text.slice(at + 1))} is no domain`, example)
    }
    return Result.succeed({ _tag: "Mailbox", input, mailbox: `${local}@${domain}`, domain })
  }

  const bracketed = /^\[([^\]]+)\]:(\d+)$/.exec(text)
  const plain = /^([^:]+):(\d+)$/.exec(text)
  const match = bracketed ?? plain
  if (match !== null) {
    const host = bracketed === null ? hostName(match[1]!) : isIpv6(match[1]!) ? match[1]! : undefined
    const port = Number(match[2])
    if (host === undefined) return fail(`names no host: ${JSON.stringify(match[1])}`, example)
    if (port < 1 || port > 65535) return fail(`has a port outside 1 to 65535: ${match[2]}`, example)
    return Result.succeed({ _tag: "Host", input, host, port })
  }
  const literal = text.replace(/^\[(.*)\]$/, "$1")
  if (isIpv6(literal)) return fail("is an address without a port", `type [${literal}]:587`)
  if (text.startsWith(":")) return fail("names no host before the colon", example)
  if (text.includes(":")) return fail("has a colon but no port number after it", example)
  const domain = toAscii(text)
  if (domain === undefined) return fail("is neither a mailbox nor a host", example)
  if (isIpv4(domain)) return fail("is an address without a port", `type ${domain}:587`)
  if (!domain.includes(".") && domain !== "localhost") {
    return fail("is a single word, not a domain", example)
  }
  return Result.succeed({ _tag: "Domain", input, domain })
}
