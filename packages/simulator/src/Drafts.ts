/**
 * Drafts and the sessions that upload their large attachments in ranges (RFC 9110 section 14.4).
 *
 * Keeps sizes, not content; bounded, and gone with the process.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import * as Errors from "./GraphErrors.ts"
import type { Outgoing } from "./GraphGates.ts"
import type { LiveMailbox } from "./State.ts"

/** A draft: a message that waits in a mailbox. */
export interface Draft {
  readonly id: string
  readonly mailbox: LiveMailbox
  readonly message: Outgoing
  attached: number
}

/** An upload of one attachment. Sizes are octets, times milliseconds since the epoch. */
export interface Upload {
  readonly id: string
  readonly authToken: string
  readonly draft: Draft
  readonly size: number
  readonly expiresAt: number
  received: number
}

/** Graph asks for at least 3 MB in an upload session and takes 150 MB (its page on large attachments). */
export const minUploadOctets = 3 * 1024 * 1024
const maxUploadOctets = 150 * 1024 * 1024
const uploadMillis = 60 * 60_000
const maxKept = 1000

const idOf = (octets: number): string => randomBytes(octets).toString("base64url")

const remember = <A extends { readonly id: string }>(kept: Map<string, A>, one: A): A => {
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value ?? "")
  kept.set(one.id, one)
  return one
}

/** The drafts of one service. */
export class Drafts {
  readonly #drafts = new Map<string, Draft>()
  readonly #uploads = new Map<string, Upload>()

  add(mailbox: LiveMailbox, message: Outgoing): Draft {
    return remember(this.#drafts, { id: `AAMk${idOf(40)}`, mailbox, message, attached: 0 })
  }

  find(id: string, mailbox: LiveMailbox): Draft | undefined {
    const draft = this.#drafts.get(id)
    return draft?.mailbox === mailbox ? draft : undefined
  }

  remove(draft: Draft): void {
    this.#drafts.delete(draft.id)
  }

  /** Begins the upload of `size` octets. */
  upload(draft: Draft, size: number, now: number): Upload | Errors.GraphError {
    if (size < minUploadOctets) return Errors.smallAttachment
    if (size > maxUploadOctets) return Errors.tooLarge
    return remember(this.#uploads, {
      id: idOf(24),
      authToken: idOf(24),
      draft,
      size,
      expiresAt: now + uploadMillis,
      received: 0
    })
  }

  session(id: string, authToken: string, now: number): Upload | undefined {
    const upload = this.#uploads.get(id)
    return upload !== undefined && upload.authToken === authToken && now < upload.expiresAt ? upload : undefined
  }

  /** Takes one range; `true` when it was the last one. */
  take(upload: Upload, contentRange: string, octets: number): boolean | Errors.GraphError {
    const match = /^bytes (\d{1,12})-(\d{1,12})\/(\d{1,12})$/.exec(contentRange)
    if (match === null) return Errors.badRange
    const [first, last, total] = match.slice(1).map(Number)
    if (first !== upload.received || last !== first + octets - 1 || total !== upload.size || last >= total) {
      return Errors.badRange
    }
    upload.received += octets
    if (upload.received < upload.size) return false
    upload.draft.attached += upload.size
    this.#uploads.delete(upload.id)
    return true
  }

  cancel(upload: Upload): void {
    this.#uploads.delete(upload.id)
  }
}
