/**
 * Takes a server's reply out of the sentence in which a program tells it.
 *
 * @since 0.1.0
 */

// Outlook Express and Windows Mail; their servers write "553. To send mail" as well.
const opening = "Server Response: '"
const dotted = /^([2-5][0-9]{2})\. (?=\S)/u

// Stalwart tells the command and the code first; 0.0.0 says that the server gave no enhanced code.
const rejected =
  /\brejected command '[^']{1,400}' with code ([45][0-9]{2}) \(([0-9]\.[0-9]{1,3}\.[0-9]{1,3})\) '([^]{1,2000}?)'(?=\)|\s|$)/u

const told = (text: string): string => {
  const found = rejected.exec(text)
  return found === null ? text : [found[1], ...(found[2] === "0.0.0" ? [] : [found[2]]), found[3]].join(" ")
}

/**
 * The reply alone, or the text as it is. The time is proportional to the text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutQuoting = (text: string): string => {
  if (text.includes("rejected command '")) return told(text)
  const at = text.indexOf(opening)
  if (at < 0) return text
  const end = text.indexOf("', Port", at)
  const said = end < 0 ? "" : text.slice(at + opening.length, end).trim()
  return said === "" ? text : said.replace(dotted, "$1 ")
}
