/**
 * Lists of tags, `name=value` separated by semicolons, as DKIM defined them and others took them over (RFC 6376 section 3.2).
 *
 * Pure. What a tag means is for the modules of the records.
 *
 * @since 0.1.0
 */

/**
 * A tag as it stands; neither name nor value has spaces around it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tag {
  readonly name: string
  readonly value: string
}

/**
 * The tags of a text in order, and what between semicolons is none.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (
  text: string
): { readonly tags: ReadonlyArray<Tag>; readonly broken: ReadonlyArray<string> } => {
  const tags: Array<Tag> = []
  const broken: Array<string> = []
  for (const part of text.split(";")) {
    const trimmed = part.trim()
    if (trimmed === "") continue
    const match = /^([a-z][a-z0-9_]*)\s*=\s*([\s\S]*)$/i.exec(trimmed)
    if (match === null) broken.push(trimmed)
    else tags.push({ name: match[1]!, value: match[2]!.trim() })
  }
  return { tags, broken }
}

/**
 * The value of a tag by its exact name, the first one where it stands several times.
 *
 * @category combinators
 * @since 0.1.0
 */
export const valueOf = (tags: ReadonlyArray<Tag>, name: string): string | undefined =>
  tags.find((tag) => tag.name === name)?.value
