/**
 * The little of XML that settings documents need: one well-formed document without a document type, as elements.
 *
 * A document type is refused as a whole: no settings document has one, and entities are where XML is attacked.
 *
 * @since 0.1.0
 */
import { DOMParser, type Element, ParseError } from "@xmldom/xmldom"

/** @category models @since 0.1.0 */
export type XmlElement = Element

/**
 * The root element, or why there is none.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): XmlElement | { readonly unreadable: string } => {
  const document = text.replace(/^\uFEFF/, "").trimStart()
  if (document === "") return { unreadable: "it is empty" }
  if (!document.startsWith("<")) return { unreadable: "it is no XML" }
  if (/^\s*<(?:!doctype\s+html|html[\s>])/i.test(document)) return { unreadable: "it is a web page" }
  if (/<!DOCTYPE/i.test(document)) return { unreadable: "it has a document type, which is not read" }
  try {
    const parsed = new DOMParser({ onError: stop }).parseFromString(document, "text/xml").documentElement
    return parsed ?? { unreadable: "it has no element" }
  } catch (error) {
    if (error instanceof ParseError || error instanceof Malformed) {
      return { unreadable: `it is no well-formed XML: ${error.message.split("\n")[0]}` }
    }
    throw error
  }
}

class Malformed extends Error {}

const stop = (level: "warning" | "error" | "fatalError", message: string): void => {
  if (level !== "warning") throw new Malformed(message)
}

/**
 * The child elements of that local name, whatever their namespace, in order.
 *
 * @category reading
 * @since 0.1.0
 */
export const children = (element: XmlElement, name: string): ReadonlyArray<XmlElement> => {
  const found: Array<XmlElement> = []
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (isElement(node) && node.localName?.toLowerCase() === name.toLowerCase()) found.push(node)
  }
  return found
}

const isElement = (node: { readonly nodeType: number }): node is XmlElement => node.nodeType === 1

/**
 * The text of the first child element of that name, without blanks around it; undefined where it is absent or empty.
 *
 * @category reading
 * @since 0.1.0
 */
export const textOf = (element: XmlElement, name: string): string | undefined => {
  const text = children(element, name)[0]?.textContent?.trim()
  return text === undefined || text === "" ? undefined : text
}

/**
 * Whether a value is the refusal of `parse`.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isUnreadable = (value: object): value is { readonly unreadable: string } => "unreadable" in value
