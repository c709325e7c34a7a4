import { testPack } from "./judged.ts"

testPack("proton", [
  ["Invalid login: 535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "token-wrong", "bad_credentials"],
  ["a1 NO no such user", "bridge-signed-out", "bad_credentials"]
], [
  [{ domain: "proton.me" }, true],
  [{ domain: "pm.me" }, true],
  [{ domain: "shop.example", mx: ["mail.protonmail.ch", "mailsec.protonmail.ch"] }, true],
  [{ host: "smtp.protonmail.ch" }, true],
  [{ domain: "spm.me" }, false]
])
