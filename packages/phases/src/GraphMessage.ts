/**
 * A message in the forms in which Microsoft Graph takes it.
 *
 * Up to `maxWholeOctets` it goes as it is, in Base64. What is larger goes as a draft with its attachments one by one, so that
 * it is taken apart, and Graph puts it together anew. Graph has no envelope: the recipients of the run replace those that the
 * message names.
 *
 * @since 0.1.0
 */
import * as Parts from "@sonde/wire/message/Parts"
import * as Recipients from "@sonde/wire/message/Recipients"
import * as Base64 from "effect/encoding/Base64"

/**
 * Largest message that is sent whole, in octets: in Base64 it fills the 4 MiB that a request may have.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxWholeOctets = 3 * 1024 * 1024

/**
 * Smallest attachment that has an upload session of its own; smaller ones are refused there.
 *
 * @category limits
 * @since 0.1.0
 */
export const minUploadOctets = 3 * 1024 * 1024

/**
 * Octets of one range of an upload: a multiple of 320 KiB, and below 4 MiB.
 *
 * @category limits
 * @since 0.1.0
 */
export const rangeOctets = 12 * 320 * 1024

/** A text that is larger than this goes along as a file: a draft is one request. */
const maxTextOctets = 1024 * 1024

const encoder = new TextEncoder()

/**
 * The body of `sendMail` for a message that goes whole. With no recipients it can be sent to nobody.
 *
 * @category encoding
 * @since 0.1.0
 */
export const whole = (message: Uint8Array, to: ReadonlyArray<string>): string =>
  Base64.encode(Recipients.only(message, to))

/**
 * A draft: what its request holds, and the attachments that follow.
 *
 * @category models
 * @since 0.1.0
 */
export interface Draft {
  readonly message: Readonly<Record<string, unknown>>
  readonly attachments: ReadonlyArray<Parts.Attachment>
}

const person = (address: string) => ({ emailAddress: { address } })

/**
 * Takes a message apart.
 *
 * @category encoding
 * @since 0.1.0
 */
export const draft = (message: Uint8Array, from: string, to: ReadonlyArray<string>): Draft => {
  const { attachments, html, subject, text } = Parts.fromOctets(message)
  const octets = encoder.encode(text)
  const file: Parts.Attachment = {
    name: html ? "message.html" : "message.txt",
    type: html ? "text/html" : "text/plain",
    octets,
    inline: false,
    contentId: undefined
  }
  const isLong = octets.length > maxTextOctets
  const content = isLong ? `The text of this message is attached as ${file.name}.` : text
  return {
    message: {
      subject,
      body: { contentType: html && !isLong ? "HTML" : "Text", content },
      from: person(from),
      toRecipients: to.map(person)
    },
    attachments: isLong ? [file, ...attachments] : attachments
  }
}

/**
 * The request for a small attachment.
 *
 * @category encoding
 * @since 0.1.0
 */
export const attachment = ({ contentId, inline, name, octets, type }: Parts.Attachment): string =>
  JSON.stringify({
    "@odata.type": "#microsoft.graph.fileAttachment",
    name,
    contentType: type,
    contentBytes: Base64.encode(octets),
    isInline: inline,
    ...(contentId === undefined ? {} : { contentId })
  })

/**
 * The request for a session that uploads a large attachment.
 *
 * @category encoding
 * @since 0.1.0
 */
export const uploadSession = ({ contentId, inline, name, octets, type }: Parts.Attachment): string =>
  JSON.stringify({
    AttachmentItem: {
      attachmentType: "file",
      name,
      size: octets.length,
      contentType: type,
      isInline: inline,
      ...(contentId === undefined ? {} : { contentId })
    }
  })
