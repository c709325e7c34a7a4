/**
 * How to sign in, and the secret for it. The secret is in the state of the form alone, and in no storage.
 */
import type { SignIn } from "./Elsewhere.ts"
import { Field } from "./parts.tsx"

const names: ReadonlyArray<readonly [SignIn, string]> = [
  ["nothing", "nothing"],
  ["password", "password"],
  ["token", "access token"],
  ["device", "a code on another device"]
]

/** The ways to sign in, and the field of the one that was chosen. */
export const SecretField = ({ isAgain = false, onSecret, onSignIn, problem, secret, signIn }: {
  readonly signIn: SignIn
  /** Whether it is asked again: another way than that of the run needs options that it does not have. */
  readonly isAgain?: boolean
  readonly secret: string
  readonly onSignIn: (signIn: SignIn) => void
  readonly onSecret: (secret: string) => void
  readonly problem?: string | undefined
}) => (
  <>
    <fieldset className="radios">
      <legend>Sign in with</legend>
      {names.filter(([id]) => !isAgain || id !== "device").map(([id, name]) => (
        <label key={id}>
          <input type="radio" name="sign-in" checked={signIn === id} onChange={() => onSignIn(id)} />
          {name}
        </label>
      ))}
    </fieldset>
    {signIn !== "nothing" && signIn !== "device" && (
      <Field
        label={signIn === "token" ? "Access token" : "Password"}
        type="password"
        value={secret}
        onChange={onSecret}
        problem={problem}
      />
    )}
  </>
)
