/**
 * The closed, published list of causes: the same ids whatever the provider.
 *
 * The list is `causes.ts`. An id is never renamed or removed; adding one is a commit.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { causes as table } from "./causes.ts"

/** @category models @since 0.1.0 */
export type Cause = keyof typeof table

/**
 * Each cause with its meaning in one line.
 *
 * @category data
 * @since 0.1.0
 */
export const meanings: Readonly<Record<Cause, string>> = table

/**
 * All ids, in the order of the list.
 *
 * @category data
 * @since 0.1.0
 */
export const all: ReadonlyArray<Cause> = Object.keys(table) as Array<Cause>

/**
 * Whether a string is a cause of the list.
 *
 * @category guards
 * @since 0.1.0
 */
export const isCause = (text: string): text is Cause => Object.hasOwn(table, text)

/**
 * A cause of the list.
 *
 * @category models
 * @since 0.1.0
 */
export const Cause: Schema.Codec<Cause, Cause> = Schema.Literals(all)
