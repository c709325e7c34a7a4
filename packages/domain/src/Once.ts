/**
 * Values that are made when first asked for, such as codecs, which cost more to build than most runs need them.
 *
 * @since 0.1.0
 */

/**
 * The value that `make` gives, made at the first call and kept.
 *
 * @category constructors
 * @since 0.1.0
 */
export const once = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined = undefined
  return () => (made ??= { value: make() }).value
}
