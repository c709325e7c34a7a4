/**
 * How to sign in, and the secret for it. The secret is in the state of the form alone, and in no storage.
 */
import type { SignIn } from "./Elsewhere.ts"
import { Field } from "./parts.tsx"

const names: ReadonlyArray<readonly [SignIn, string]> = [
  ["nothing", "nothing"],
  ["password", "password"],
  ["token", "access token"]
]

/** Three ways to sign in, and the field of the one that was chosen. */
export const SecretField = ({ onSecret, onSignIn, problem, secret, signIn }: {
  readonly signIn: SignIn
  readonly secret: string
  readonly onSignIn: (signIn: SignIn) => void
  readonly onSecret: (secret: string) => void
  readonly problem?: string | undefined
}) => (
  <>
    <fieldset className="radios">
      <legend>Sign in with</legend>
      {names.map(([id, name]) => (
        <label key={id}>
          <input type="radio" name="sign-in" checked={signIn === id} onChange={() => onSignIn(id)} />
          {name}
        </label>
      ))}
    </fieldset>
    {signIn !== "nothing" && (
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
