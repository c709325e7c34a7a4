/**
 * The facts of phases, checked by their schemas before words are made of them.
 *
 * The page has a module of its own in the place of this one: it shows what its own server says, and needs no schemas for it.
 */
import * as Facts from "@sonde/domain/Facts"
import * as GraphFacts from "@sonde/domain/GraphFacts"
import * as Posture from "@sonde/domain/PostureFacts"
import * as Survey from "@sonde/domain/TlsSurvey"
import * as TokenFacts from "@sonde/domain/TokenFacts"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const decoded = <A>(schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownOption(schema)
  return <B = string>(facts: unknown, say: (facts: A) => B): B | undefined =>
    Option.getOrUndefined(Option.map(decode(facts), say))
}

/** A reader for the facts of each phase: `undefined` for what is none, as an older version may have left in a journal. */
export const read = {
  resolve: decoded(Facts.ResolveFacts),
  connect: decoded(Facts.ConnectFacts),
  greeting: decoded(Facts.GreetingFacts),
  ehlo: decoded(Facts.EhloFacts),
  starttls: decoded(Facts.StartTlsFacts),
  tls: decoded(Facts.TlsFacts),
  versions: decoded(Survey.VersionsFacts),
  auth: decoded(Facts.AuthFacts),
  mail: decoded(Facts.MailFacts),
  rcpt: decoded(Facts.RcptFacts),
  data: decoded(Facts.DataFacts),
  quit: decoded(Facts.QuitFacts),
  capability: decoded(Facts.CapabilityFacts),
  select: decoded(Facts.SelectFacts),
  stat: decoded(Facts.StatFacts),
  list: decoded(Facts.ListFacts),
  logout: decoded(Facts.LogoutFacts),
  claims: decoded(TokenFacts.ClaimsFacts),
  mailbox: decoded(GraphFacts.MailboxFacts),
  send: decoded(GraphFacts.SendFacts),
  token: decoded(TokenFacts.TokenFacts),
  mx: decoded(Posture.MxFacts),
  spf: decoded(Posture.SpfFacts),
  dkim: decoded(Posture.DkimFacts),
  dmarc: decoded(Posture.DmarcFacts),
  mtaSts: decoded(Posture.MtaStsFacts),
  tlsRpt: decoded(Posture.TlsRptFacts),
  dane: decoded(Posture.DaneFacts),
  bimi: decoded(Posture.BimiFacts),
  bulk: decoded(Posture.BulkFacts)
}
