#!/usr/bin/env bash
# Installs what the proofs on clusters need (test/clusters/), as root on Debian 12:
# MariaDB with Galera and rsync, pgbouncer 1.18 from Debian 12, and a newer pgbouncer that tracks
# prepared statements. Debian 12 has no such version, so this script builds Debian 13's source into
# /opt/pgbouncer. PostgreSQL comes from npm, with its replication.
set -euo pipefail

if [[ $EUID -ne 0 ]]; then
  echo "Only root can install packages. Run this script as root." >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -qy install --no-install-recommends --no-upgrade galera-4 mariadb-server pgbouncer rsync
[[ ! -x /opt/pgbouncer/bin/pgbouncer ]] || exit 0

apt-get -qy install --no-install-recommends --no-upgrade dpkg-dev gcc libevent-dev libssl-dev make pkg-config
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# apt reads the list of Debian 13 in a folder of its own. The machine keeps its lists.
mkdir -p "$build/lists/partial"
echo 'deb-src http://deb.debian.org/debian trixie main' >"$build/sources.list"
trixie=(-o "Dir::Etc::SourceList=$build/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$build/lists" -o "Dir::Cache=$build" -o APT::Sandbox::User=root)
apt-get -q "${trixie[@]}" update
cd "$build"
apt-get -q "${trixie[@]}" source pgbouncer
cd pgbouncer-*/
./configure --quiet --prefix=/opt/pgbouncer --without-cares
make --silent -j2
make --silent install
/opt/pgbouncer/bin/pgbouncer --version
