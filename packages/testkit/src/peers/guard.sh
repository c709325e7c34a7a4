# Runs Dovecot and Postfix of one folder until standard input ends, then ends both by their process ids and removes the
# folder. Standard input is a pipe from the test: it also ends when the test is killed.
#
#     sh guard.sh FOLDER POSTFIX_DAEMON_FOLDER
set -u
folder=$1
spool=$folder/postfix/spool

install -d -m 755 "$spool" "$spool/pid"
install -d -o postfix -m 700 "$folder/postfix/data" "$spool/active" "$spool/bounce" "$spool/corrupt" "$spool/defer" \
  "$spool/deferred" "$spool/flush" "$spool/hold" "$spool/incoming" "$spool/private" "$spool/saved" "$spool/trace"
install -d -o postfix -g postdrop -m 710 "$spool/public"
install -d -o postfix -g postdrop -m 1730 "$spool/maildrop"
install -d -o mail -g mail -m 755 "$folder/mail"

dovecot -F -c "$folder/dovecot.conf" </dev/null &
dovecot=$!
# Postfix signals its own process group when it ends, so it must lead one.
setsid "$2/master" -c "$folder/postfix" -d </dev/null &
postfix=$!

cat >/dev/null

kill "$dovecot" "$postfix" 2>/dev/null
wait "$dovecot" "$postfix" 2>/dev/null
rm -rf "$folder"
