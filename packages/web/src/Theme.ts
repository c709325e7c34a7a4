/**
 * Light or dark: what the system says, unless it was chosen here.
 */

/** The choice; `system` follows `prefers-color-scheme`. */
export type Theme = "system" | "light" | "dark"

/** Names and marks of the choices. */
export const names: Readonly<Record<Theme, string>> = { system: "Auto", light: "Light", dark: "Dark" }
export const marks: Readonly<Record<Theme, string>> = { system: "◐", light: "○", dark: "●" }

const key = "sonde.theme"

/** The choice that comes after one, in a circle. */
export const next = (theme: Theme): Theme => theme === "system" ? "light" : theme === "light" ? "dark" : "system"

/** What was chosen in this browser. */
export const current = (): Theme => {
  const kept = localStorage.getItem(key)
  return kept === "light" || kept === "dark" ? kept : "system"
}

/** Applies a choice, and keeps it. */
export const choose = (theme: Theme): Theme => {
  localStorage.setItem(key, theme)
  document.documentElement.dataset["theme"] = theme
  return theme
}
