/**
 * Every limit this package applies to what a peer sends and to what we send, in one place.
 *
 * Two kinds stand side by side. `rfc...` numbers are what a standard allows; we keep to them when we write, and other rooms
 * may report a peer that exceeds them. The other numbers are what we tolerate when we read: larger, because real servers
 * exceed the standard, and finite, because a hostile peer would otherwise decide how much memory a check needs.
 * Nothing here is configurable.
 *
 * @since 0.1.0
 */

/**
 * Longest command line in octets, with its CRLF: RFC 5321 section 4.5.3.1.4. Commands longer than this are refused before
 * they are sent, except AUTH (see `maxAuthLineOctets`) and parameters an extension made room for.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcCommandLineOctets = 512

/**
 * Longest reply line in octets, with code and CRLF: RFC 5321 section 4.5.3.1.5. Not enforced when reading.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcReplyLineOctets = 512

/**
 * Longest line of message text in octets, with its CRLF and without the transparency dot: RFC 5321 section 4.5.3.1.6.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcTextLineOctets = 1000

/**
 * Longest local part in octets: RFC 5321 section 4.5.3.1.1.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcLocalPartOctets = 64

/**
 * Longest domain or address literal in octets: RFC 5321 section 4.5.3.1.2.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcDomainOctets = 255

/**
 * Longest address in octets: a path has at most 256 with its angle brackets (RFC 5321 section 4.5.3.1.3), which leaves 254.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcAddressOctets = 254

/**
 * Longest label of a domain in octets: RFC 1035 section 2.3.4.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcLabelOctets = 63

/**
 * Room that MAIL FROM gains from extensions, in octets: SIZE 26 (RFC 1870 section 3), 8BITMIME 17 (RFC 6152 section 2),
 * SMTPUTF8 10 (RFC 6531 section 3.1).
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcMailParameterOctets = 26 + 17 + 10

/**
 * Longest header line in characters without CRLF that a message should have: RFC 5322 section 2.1.1.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcHeaderLineCharacters = 78

/**
 * Longest header line in characters without CRLF when it holds an encoded word: RFC 2047 section 2.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcEncodedWordLineCharacters = 76

/**
 * Longest line of Base64 text in characters without CRLF: RFC 2045 section 6.8.
 *
 * @category rfc
 * @since 0.1.0
 */
export const rfcBase64LineCharacters = 76

/**
 * Longest reply line we read, in octets with its ending: sixteen times the 512 of the standard. Large providers put
 * identifiers, host names and links in one line and pass 512; nothing legitimate is known to come near 8192.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxReplyLineOctets = 8192

/**
 * Most lines of one reply. The longest real ones are EHLO and HELP replies with some dozens of lines; RFC 5321 sets no limit.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxReplyLines = 512

/**
 * Most octets of one reply, all its lines together: eight of our longest lines. Keeps an endless multi-line reply out of
 * memory and out of reports; RFC 5321 sets no limit.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxReplyOctets = 65_536

/**
 * Most keywords of one EHLO reply. Servers offer ten to thirty; RFC 5321 sets no limit.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxCapabilities = 128

/**
 * Longest AUTH line and longest line inside an AUTH exchange, in octets with CRLF. RFC 4954 section 4 calls 12288 octets
 * sufficient for the mechanisms in use, and keeps AUTH itself under the 512 of a command; see `Command.initialResponseFits`.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxAuthLineOctets = 12_288

/**
 * Octets of an offending line that an error keeps for a person to see.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const errorExcerptOctets = 128

/**
 * Largest message a `DataDecoder` collects when its maker names no limit, in octets: 64 MiB, far above
 * any message a check sends, and small enough for a server in a test. Providers announce 25 to 150 MB with SIZE.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxDataOctets = 67_108_864

/**
 * Longest token that is read, in octets. Access tokens of providers have one to four thousand; RFC 7519 sets no limit.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxTokenOctets = 65_536

/**
 * Longest literal that is read as part of a response, in octets. What a check asks for (names, quota roots, scripts, header
 * fields) is far below; RFC 9051 section 4.3 sets no limit.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxLiteralOctets = 65_536

/**
 * Most octets of one response, its literals included. As much as a reply of SMTP may have; RFC 9051 sets no limit.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxResponseOctets = 131_072

/**
 * Most responses that are read before the one that completes a command. Opening a mailbox gives about ten, listing the scripts of
 * an account as many as it has; a server that goes on must not decide how much is kept.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxResponses = 1024

/**
 * Deepest nesting of lists that is read. The deepest real one, a body structure, nests with the message; what a check reads
 * nests twice. RFC 9051 section 9 sets no limit.
 *
 * @category tolerance
 * @since 0.1.0
 */
export const maxNesting = 32
