/**
 * Copies text, also where the page is served without TLS and browsers offer no clipboard.
 */

/** Whether the text is in the clipboard now. */
export const copy = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Outside a secure context there is no `navigator.clipboard`; or the user has forbidden it.
    const area = document.createElement("textarea")
    const focused = document.activeElement
    area.value = text
    area.className = "unseen" // Inside an open dialog nothing else can be focused.
    ;(document.querySelector("dialog[open]") ?? document.body).append(area)
    area.select()
    const done = document.execCommand("copy")
    area.remove()
    if (focused instanceof HTMLElement) focused.focus()
    return done
  }
}
