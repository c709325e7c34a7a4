/**
 * Texts that nobody should paste: every character and beginning that a reader looks for, repeated; structures that are
 * deep, long or broken. Each is made for a size in characters.
 */

/** A text of about `size` characters. */
export interface Nasty {
  readonly name: string
  readonly make: (size: number) => string
}

const characters = [
  "\0",
  "\u0007",
  "\u001b[",
  " ",
  "\n",
  "\r",
  "\t",
  "\\",
  "\"",
  "'",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  "<",
  ">",
  "=",
  "-",
  "+",
  ".",
  ":",
  ";",
  ",",
  "@",
  "#",
  "*",
  "|",
  "/",
  "_",
  "~",
  "?",
  "5",
  "0",
  "a",
  "A",
  "é",
  "\ufffd",
  "\ud800",
  "\udc00",
  "\u2028",
  "\u00a0",
  "😀"
]

const tokens = [
  "550 ",
  "550-",
  "550 5.7.1 x ",
  "550 5.7.1\n",
  "5.7.1 ",
  "NO [A ",
  "-ERR [A] ",
  "[UNAVAILABLE] ",
  "=?utf-8?q?",
  "=?utf-8?b?YQ==?= ",
  "?= =?",
  "=3D",
  "=\n",
  "eyJ",
  "334 eyJ\n",
  "eyJzdGF0dXMiOiI0MDAiLCJz",
  "334 a\nb\n",
  "AUTH PLAIN a ",
  "a LOGIN b ",
  "PASS ",
  "Bearer a",
  "password=\"",
  "token=",
  "://a:b",
  "-----BEGIN PRIVATE KEY-----",
  "error:00000000:",
  "at a (",
  "\nat a(b:1",
  "\n  File \"",
  "\n#1 ",
  "\n\ta.go:",
  " in a.php(",
  "Expected response code 2",
  "SMTP code: ",
  "code=",
  " (in reply to a ",
  " [a.b.c ",
  "host a.b[",
  "relay=a.",
  "\nC: ",
  "\nS: 5",
  "\n<- \"",
  "\n ~> ",
  "\n*** failed ",
  "CONNECTED(0)\n",
  "\nverify error:num=1",
  "\n 0 s:",
  "\nreply: b'",
  "a.",
  "a@",
  "a-",
  "{\"a\":",
  "{ \"",
  "{\"error\":\"",
  "{\"error\":{\"message\":",
  "[[",
  "\\u0000",
  "\\r\\n",
  "\\\\\"",
  "\nFinal-Recipient: a\n\n",
  "\nDiagnostic-Code: smtp; 550 a\n b",
  "\nStatus: 5.1.1",
  "\n--b\n",
  "\n--b--",
  "\n--bb",
  "Content-Type: multipart/x; boundary=b\n\n--b\n",
  "\n------ This is a copy",
  "\nNov 26 10:00:00 a b[1]: error ",
  "\n2026-11-26 10:00:00 ",
  "\n#Fields: a,b\n",
  "\",\"",
  "a=<",
  "a=b=",
  "delay=1,",
  "AADSTS1 ",
  "Exception",
  "graph.microsoft.com ",
  "Diagnostic-Code:",
  "<a",
  "&lt;"
]

/** One character or beginning, repeated. */
export const repeated: ReadonlyArray<Nasty> = [...characters, ...tokens].map((token) => ({
  name: JSON.stringify(token),
  make: (size) => token.repeat(Math.ceil(size / token.length))
}))

/** What makes a reader look at the rest. */
export const beginnings = [
  "550 5.7.1 ",
  "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
  "Content-Transfer-Encoding: base64\nContent-Type: message/delivery-status\n\n",
  "Final-Recipient: rfc822; a\nDiagnostic-Code: smtp; ",
  "{\"error\":\"",
  "Nov 26 10:00:00 mx a[1]: error: x\nNov 26 10:00:00 mx a[1]: error: ",
  "S: 220 a\nC: AUTH LOGIN\nS: 535 ",
  "Traceback (most recent call last):\n  at a (b:1:2)\n",
  "#Software: Microsoft Exchange\n#Fields: date-time,session-id,event,data,context\n\""
]

const lines = (size: number, line: (number: number) => string): string => {
  const out: Array<string> = []
  for (let length = 0, number = 0; length < size; number++) {
    const one = line(number)
    out.push(one)
    length += one.length + 1
  }
  return out.join("\n")
}

/** A number in letters alone, each number another text. */
const letters = (number: number): string => [...`${number}`].map((digit) => "abcdefghij"[Number(digit)]).join("")

/** Structures that are deep, long or broken. */
export const structures: ReadonlyArray<Nasty> = [
  {
    name: "multiparts within multiparts",
    make: (size) => lines(size, (number) => `Content-Type: multipart/mixed; boundary=b${number}\n\n--b${number}`)
  },
  {
    name: "multiparts with one boundary",
    make: (size) => lines(size, () => "Content-Type: multipart/mixed; boundary=b\n\n--b")
  },
  {
    name: "a giant boundary",
    make: (size) => `Content-Type: multipart/report; boundary="${"b".repeat(size / 2)}"\n\n--${"b".repeat(size / 2)}\n`
  },
  {
    name: "a bomb of header fields",
    make: (size) =>
      `${lines(size, (number) => `X-${number}: a\n b`)}\nContent-Type: multipart/report; boundary=b\n\n--b\n`
  },
  {
    name: "one header field, folded without end",
    make: (size) => `Content-Type: multipart/report;\n${lines(size, () => "\ta=b;")}`
  },
  {
    name: "a bomb of base64",
    make: (size) =>
      `Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n${
        Buffer.from("Status: 5.1.1\n\n".repeat(size / 20)).toString("base64")
      }`
  },
  {
    name: "many recipients",
    make: (size) =>
      lines(size, (number) => `Final-Recipient: rfc822; u${number}@b.example\nAction: failed\nStatus: 5.1.1\n`)
  },
  {
    name: "replies within replies",
    make: (size) =>
      lines(size, (number) => `MAIL FROM failed: ${450 + number % 100} 4.${number % 8}.${number % 999} said`)
  },
  {
    name: "a session of refusals",
    make: (size) => lines(size, (number) => `C: AUTH LOGIN\nS: 535-5.7.8 no ${number}\nS: 535 5.7.8 no`)
  },
  { name: "lines of one reply", make: (size) => lines(size, (number) => `550-5.7.1 line ${number}`) },
  { name: "objects within objects", make: (size) => "{\"error\":".repeat(size / 18) + "1" + "}".repeat(size / 18) },
  { name: "arrays within an object", make: (size) => `{"error":${"[".repeat(size / 2)}${"]".repeat(size / 2)}}` },
  {
    name: "texts within texts",
    make: (size) => {
      let text = "x"
      while (text.length < size / 2) text = JSON.stringify({ error: text })
      return text
    }
  },
  {
    name: "a stack trace without end",
    make: (size) => lines(size, (number) => `\tat com.example.A${number}(A.java:${number % 600})`)
  },
  {
    name: "a log in which everything differs",
    make: (size) =>
      lines(
        size,
        (number) => `Nov 26 10:00:00 mx a[1]: error: ${letters(number)} failed`
      )
  },
  {
    name: "a log of one record",
    make: (size) => `Nov 26 10:00:00 mx a[1]: error\n${lines(size, () => "  more of it")}`
  },
  {
    name: "octets that are no UTF-8",
    make: (size) =>
      Buffer.from(Array.from({ length: size }, (_, number) => (number * 197 + 128) % 256)).toString("utf8")
  },
  {
    name: "UTF-16 taken for another encoding",
    make: (size) => Buffer.from("535 5.7.8 no\r\n".repeat(size / 28), "utf16le").toString("latin1")
  }
]
