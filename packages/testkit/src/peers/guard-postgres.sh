# Runs PostgreSQL in a folder until standard input ends, then ends it by its process id and removes the folder. Standard
# input is a pipe from the test: it also ends when the test is killed.
#
#     PGPASSWORD=… sh guard-postgres.sh FOLDER PROGRAMS PORT
set -u
folder=$1
programs=$2
port=$3

as=
if [ "$(id -u)" -eq 0 ]; then
  as='setpriv --reuid=postgres --regid=postgres --clear-groups --'
  chown postgres:postgres "$folder"
fi
printf '%s\n' "$PGPASSWORD" >"$folder/password"
chmod 644 "$folder/password"
cd "$folder" || exit 1

$as "$programs/initdb" -D "$folder/data" -U sonde -A scram-sha-256 --pwfile="$folder/password" -E UTF8 --locale=C \
  --no-sync </dev/null || {
  cat >/dev/null
  rm -rf "$folder"
  exit 1
}
# What is written is forced to the disk as in production: nothing of it is turned off.
$as "$programs/postgres" -D "$folder/data" -k "$folder" -p "$port" -c listen_addresses=127.0.0.1 </dev/null &
postgres=$!

cat >/dev/null

# At once, without writing down what is thrown away anyway.
kill -QUIT "$postgres" 2>/dev/null
wait "$postgres" 2>/dev/null
rm -rf "$folder"
