/**
 * The pages a person sees while signing in: plain forms without script, that a test can post as well.
 *
 * Pure. They look like nobody's sign-in page on purpose: each says that it is a simulation.
 *
 * @since 0.1.0
 */
import type { Fault } from "./Aadsts.ts"
import { escaped } from "./HttpMessage.ts"

const style =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}label{display:block;margin:.75rem 0}input{font:inherit;width:100%;box-sizing:border-box}button{font:inherit;margin:.5rem .5rem 0 0}"

const page = (title: string, content: string): string =>
  `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`
  + `<title>${escaped(title)}</title><style>${style}</style></head><body><main><h1>${escaped(title)}</h1>${content}`
  + `<p>Simulated sign-in of Sonde. Nothing here reaches a real service: enter made-up accounts only.</p></main></body></html>\n`

const hidden = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields).map(([name, value]) =>
    `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`
  ).join("")

const alert = (fault: Fault | undefined): string =>
  fault === undefined ? "" : `<p role="alert">AADSTS${fault.code}: ${escaped(fault.text)}</p>`

const input = (label: string, name: string, type: string, value = ""): string =>
  `<label>${label} <input name="${name}" type="${type}" value="${escaped(value)}" required></label>`

const cancel = "<button name=\"cancel\" value=\"1\" formnovalidate>Cancel</button>"

const form = (action: string, fields: Readonly<Record<string, string>>, content: string): string =>
  `<form method="post" action="${escaped(action)}">${hidden(fields)}${content}</form>`

/** Where a form goes, and what it takes along. */
export interface Target {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

/** Asks for account and password; `account` is filled in already. */
export const signIn = ({ action, fields }: Target, application: string, account: string, fault?: Fault): string =>
  page(
    "Sign in",
    `<p>to continue to ${escaped(application)}</p>${alert(fault)}`
      + form(
        action,
        fields,
        input("Account", "account", "email", account) + input("Password", "password", "password") +
          "<button>Sign in</button>" + cancel
      )
  )

/** Asks for the second factor: a button stands for the phone. */
export const secondFactor = ({ action, fields }: Target, account: string): string =>
  page(
    "Approve sign-in request",
    `<p>${escaped(account)} needs a second factor.</p>`
      + form(
        action,
        fields,
        "<button name=\"mfa\" value=\"approve\">Approve</button><button name=\"mfa\" value=\"deny\">Deny</button>"
      )
  )

/** Asks for consent to permissions. */
export const consent = (
  { action, fields }: Target,
  application: string,
  account: string,
  permissions: ReadonlyArray<string>
): string =>
  page(
    "Permissions requested",
    `<p>${escaped(application)} would like to, as ${escaped(account)}:</p><ul>`
      + `${permissions.map((one) => `<li>${escaped(one)}</li>`).join("")}</ul>`
      + form(
        action,
        fields,
        "<button name=\"consent\" value=\"accept\">Accept</button><button name=\"consent\" value=\"decline\">Cancel</button>"
      )
  )

/** Asks for the code of the device flow. */
export const enterCode = ({ action, fields }: Target, code: string, wrong: boolean): string =>
  page(
    "Enter code",
    `${wrong ? "<p role=\"alert\">That code didn't work. Check the code and try again.</p>" : ""}`
      + form(action, fields, input("Code", "user_code", "text", code) + "<button>Next</button>")
  )

/** Says how it ended. */
export const notice = (title: string, text: string): string => page(title, `<p>${escaped(text)}</p>`)

/** Says why it cannot go on. */
export const error = (fault: Fault): string => page("Sorry, but we're having trouble signing you in.", alert(fault))
