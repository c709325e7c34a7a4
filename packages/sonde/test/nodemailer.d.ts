/** The part of Nodemailer these tests use; the package ships no types. */
declare module "nodemailer" {
  interface Transport {
    verify(): Promise<true>
    close(): void
  }
  export function createTransport(options: object): Transport
}
