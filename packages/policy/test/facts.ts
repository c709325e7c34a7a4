/** The schemas of facts by the name that `examine` gives them. */
import * as Facts from "@sonde/domain/PostureFacts"

export const PostureFacts = {
  mx: Facts.MxFacts,
  spf: Facts.SpfFacts,
  dkim: Facts.DkimFacts,
  dmarc: Facts.DmarcFacts,
  mtaSts: Facts.MtaStsFacts,
  tlsRpt: Facts.TlsRptFacts,
  dane: Facts.DaneFacts,
  bimi: Facts.BimiFacts
}
