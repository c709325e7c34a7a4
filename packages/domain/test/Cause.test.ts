/** The list of causes: ids are never renamed or removed, so the first published list stands here written out. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "@sonde/domain/Cause"
import * as Schema from "effect/Schema"

const published = `
  smtp_auth_disabled_tenant
  smtp_auth_disabled_mailbox
  basic_auth_retired
  security_defaults_block
  conditional_access_block
  bad_credentials
  mfa_app_password_required
  signin_blocked_by_provider
  account_locked
  account_suspended
  account_not_activated
  password_expired
  auth_required
  auth_not_offered
  auth_mechanism_unsupported
  auth_backend_failure
  throttled_logins
  imap_disabled
  imap_id_required
  must_starttls
  starttls_unavailable
  oauth_wrong_account
  oauth_token_invalid
  oauth_token_expired
  oauth_token_malformed
  oauth_wrong_audience
  oauth_missing_scope
  oauth_scope_invalid
  oauth_consent_missing
  oauth_client_secret_invalid
  oauth_client_secret_expired
  oauth_client_unknown
  oauth_client_auth_missing
  oauth_tenant_unknown
  oauth_tenant_endpoint_wrong
  user_not_found
  oauth_user_not_assigned
  oauth_refresh_token_expired
  oauth_redirect_uri_mismatch
  oauth_mfa_required
  oauth_delegation_missing
  service_principal_missing
  mailbox_permission_missing
  mailbox_in_use
  folder_not_found
  mailbox_not_licensed
  graph_permission_missing
  graph_delegated_required
  send_as_denied
  sender_identity_unverified
  sandbox_restriction
  account_sending_blocked
  sender_syntax_invalid
  sender_domain_unresolvable
  sender_verify_failed
  sender_unauthenticated
  spf_fail
  dkim_fail
  dmarc_fail
  ip_not_authorized
  no_reverse_dns
  helo_invalid
  spam_content_rejected
  sender_reputation_block
  ip_blocklisted
  domain_blocklisted
  receiver_dnsbl_error
  policy_rejected
  throttled_rate
  throttled_connections
  daily_quota_exceeded
  recipient_limit
  recipient_rate_limited
  message_too_large
  line_too_long
  message_format_invalid
  smtputf8_unsupported
  relay_denied
  recipient_unknown
  recipient_disabled
  mailbox_full
  greylisted
  mail_loop
  command_sequence_error
  session_timeout
  server_storage_full
  server_temporary_failure
  cert_expired
  cert_not_yet_valid
  sni_missing
  cert_hostname_mismatch
  cert_self_signed
  cert_untrusted_root
  cert_incomplete_chain
  tls_interception
  tls_version_too_old
  tls_cipher_mismatch
  dh_key_too_small
  plaintext_port_spoken_tls
  tls_port_spoken_plaintext
  connect_refused
  connect_timeout
  port_blocked
  greeting_timeout
  ipv6_unreachable
  dns_nxdomain
  dns_temporary_failure
`.trim().split(/\s+/)

describe("Cause", () => {
  it("still has every id of the first published list", () => {
    assert.deepStrictEqual(published.filter((id) => !Cause.isCause(id)), [])
    assert.isAbove(published.length, 100)
  })

  it.each(Cause.all.map((id) => [id]))("%s is snake_case and has a meaning in one line", (id) => {
    assert.match(id, /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/)
    const meaning = Cause.meanings[id]
    assert.isAbove(meaning.length, 10)
    assert.notMatch(meaning, /[\r\n]|\.$/)
  })

  it("lists each id once and gives each its own meaning", () => {
    assert.strictEqual(new Set(Cause.all).size, Cause.all.length)
    assert.strictEqual(new Set(Object.values(Cause.meanings)).size, Cause.all.length)
  })

  it.each(["", "Bad_Credentials", "no_such_cause", "toString", "__proto__"])("%j is no cause", (text) => {
    assert.isFalse(Cause.isCause(text))
    assert.isFalse(Schema.is(Cause.Cause)(text))
  })
})
