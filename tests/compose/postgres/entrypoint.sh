#!/bin/sh
# As the official image does: a data folder at the first start, then the server.
set -eu
data=/var/lib/postgresql/18/docker
if [ ! -s "$data/PG_VERSION" ]; then
    mkdir -p "$data"
    secret=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" > "$secret"
    # shellcheck disable=SC2086  # several options in one variable
    initdb --pgdata="$data" --username=postgres --pwfile="$secret" $POSTGRES_INITDB_ARGS
    rm "$secret"
    printf 'host all all all scram-sha-256\n' >> "$data/pg_hba.conf"
    printf "create database %s" "$POSTGRES_DB" | postgres --single -D "$data" postgres
fi
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=''
