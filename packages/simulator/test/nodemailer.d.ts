/** The part of Nodemailer these tests use; the package ships no types. */
declare module "nodemailer" {
  interface Transport {
    sendMail(message: object): Promise<{ readonly response: string }>
  }
  export function createTransport(options: object): Transport
}
