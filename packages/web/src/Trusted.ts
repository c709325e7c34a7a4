/**
 * Stands in the page for the modules of `report` that check facts and documents by their schemas: the page shows what its own server
 * says. `vite.config.ts` puts it in their place.
 */

/** Says what the facts are, or nothing where they are not as expected: an older version may have left them in a journal. */
const say = (facts: unknown, said: (facts: unknown) => unknown): unknown => {
  try {
    return said(facts)
  } catch {
    return undefined
  }
}

/** The readers of facts, all alike. */
export const read = new Proxy({}, { get: () => say })

const same = () => (document: unknown): unknown => document

export {
  same as decodeEvent,
  same as decodeExplanation,
  same as decodeReport,
  same as encodeEvent,
  same as encodeExplanation,
  same as encodeReport
}
