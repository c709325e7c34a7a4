/**
 * All phases as one layer.
 *
 * @since 0.1.0
 */
import * as Layer from "effect/Layer"
import { Authenticate } from "./Authenticate.ts"
import { Capabilities } from "./Capabilities.ts"
import { Claims } from "./Claims.ts"
import { Connect } from "./Connect.ts"
import { Ehlo } from "./Ehlo.ts"
import { Find } from "./Find.ts"
import { GraphMailbox } from "./GraphMailbox.ts"
import { GraphSend } from "./GraphSend.ts"
import { Greeting } from "./Greeting.ts"
import { List } from "./List.ts"
import { Logout } from "./Logout.ts"
import { MailFrom } from "./MailFrom.ts"
import { Metadata } from "./Metadata.ts"
import * as Posture from "./Posture.ts"
import { Quit } from "./Quit.ts"
import { RcptTo } from "./RcptTo.ts"
import { Resolve } from "./Resolve.ts"
import { Select } from "./Select.ts"
import { SendData } from "./SendData.ts"
import { StartTls } from "./StartTls.ts"
import { Stat } from "./Stat.ts"
import { Tls } from "./Tls.ts"
import { Token } from "./Token.ts"
import { Versions } from "./Versions.ts"

/**
 * Every phase, over a resolver, a dialer and HTTP.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = Layer.mergeAll(
  Resolve.layer,
  Connect.layer,
  Greeting.layer,
  Ehlo.layer,
  StartTls.layer,
  Tls.layer,
  Versions.layer,
  Authenticate.layer,
  MailFrom.layer,
  RcptTo.layer,
  SendData.layer,
  Quit.layer,
  Capabilities.layer,
  Select.layer,
  Stat.layer,
  List.layer,
  Logout.layer,
  Metadata.layer,
  Token.layer,
  Claims.layer,
  GraphMailbox.layer,
  GraphSend.layer,
  Find.layer,
  Posture.layer
)
