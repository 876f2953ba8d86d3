#!/usr/bin/env bash
# Keeps a lost volume from becoming an empty database that looks well. For the official image of PostgreSQL, 13 to 18.
#
# A record outside of the data volume, a directory of the host, remembers the system identifier of the cluster. Where it
# is there, no other cluster is initialised, and none is opened.
#
#   volumes:
#     - data:/var/lib/postgresql/data           # 18 and later: data:/var/lib/postgresql
#     - ./pgvigil/initdb.d:/docker-entrypoint-initdb.d:ro
#     - /srv/pgvigil-guard:/pgvigil-guard       # writable for the postgres user of the image
#   entrypoint: [/docker-entrypoint-initdb.d/00-pgvigil-guard.sh, docker-entrypoint.sh]
#   command: [postgres]
#
# Without the line `entrypoint` it runs when a data directory was just initialised, and only then. With it, it also looks
# before every start, so that a start that was killed half-way cannot open what the next one would have refused, and a
# cluster that was there before the guard is remembered too.
#
# PGVIGIL_RECORD names the record (default /pgvigil-guard/identity.json), in the format of `pgvigil ensure --record`; give
# each of the two a directory of its own, for they run as different users. To have a new, empty cluster on purpose, to
# restore into it: touch allow-init beside the record. It counts once.

pgvigil_guard() (
  set -euo pipefail
  record="${PGVIGIL_RECORD:-/pgvigil-guard/identity.json}"
  directory="$(dirname "$record")"
  # A write that was cut off where there are no hard links leaves the one before only.
  if [ ! -e "$record" ] && [ -e "${record%.json}.previous.json" ]; then record="${record%.json}.previous.json"; fi
  allow="$directory/allow-init"
  # Older than this, a cluster was not initialised by the start that runs this script.
  fresh_seconds=3600

  say() { printf 'pgvigil: %s\n' "$@" >&2; }

  # The mount that holds a path, or the nearest directory above it that is there.
  mount_of() {
    local path="$1" best='' point
    until [ -d "$path" ]; do path="$(dirname "$path")"; done
    path="$(cd "$path" && pwd -P)"
    while read -r _ _ _ _ point _; do
      point="$(printf '%b' "$point")"
      case "$path/" in "${point%/}/"*) if [ "${#point}" -ge "${#best}" ]; then best="$point"; fi ;; esac
    done </proc/self/mountinfo
    printf '%s' "$best"
  }

  # The kind of filesystem that is mounted at $1; of several, the last.
  fstype_of() {
    local point rest kind=''
    while read -r _ _ _ _ point rest; do
      if [ "$(printf '%b' "$point")" = "$1" ]; then
        rest="${rest#* - }"
        kind="${rest%% *}"
      fi
    done </proc/self/mountinfo
    printf '%s' "$kind"
  }

  # Why the record cannot do its work here; empty when it can.
  misplaced() {
    local mount
    if [ ! -d "$directory" ]; then
      echo "the directory $directory is not there: mount a directory of the host on it"
      return
    fi
    mount="$(mount_of "$directory")"
    if [ "$mount" = / ]; then
      echo "$directory is part of the container, and would be lost with it: mount a directory of the host on it"
    elif [ "$mount" = "$(mount_of "$PGDATA")" ]; then
      echo "$directory lies on the data volume, and would be lost with it: mount a directory of the host on it"
    elif case "$(fstype_of "$mount")" in tmpfs | ramfs) ;; *) false ;; esac then
      echo "$directory is kept in memory, and would be lost at the next start: mount a directory of the host on it"
    elif [ -e "$record" ] && [ -z "$(recorded)" ]; then
      echo "the record $record cannot be read, or is damaged: look at identity.previous.json beside it"
    fi
  }

  # The system identifier in the record; empty when there is none.
  recorded() {
    { grep -o '"systemIdentifier" *: *"[0-9]\{1,20\}"' "$record" 2>/dev/null || :; } | head -n 1 | tr -cd 0-9
  }

  # The system identifier of the data directory: the first field of pg_control, in every version.
  found() { od -An -t u8 -N 8 "$PGDATA/global/pg_control" 2>/dev/null | tr -cd 0-9 || :; }

  initdb_time() { date -u -d "@$(($1 >> 32))" '+%Y-%m-%dT%H:%M:%SZ' 2>/dev/null || echo 'an unknown time'; }

  explain() {
    say "$1" \
      "  remembered: system identifier $2, initdb at $(initdb_time "$2")" \
      "  here:       ${3:-an empty data directory}" \
      'The way back:' \
      '  1. Create nothing, prune nothing, remove no volume.' \
      '  2. Look whether the data is still there: docker volume ls, docker inspect. If its volume is only not mounted at' \
      "     $PGDATA or above, mount it: that is all." \
      "  3. Else allow one new cluster (on the host: touch $(basename "$allow") beside the record, here $record)," \
      '     start with an empty volume, and restore the last good backup into it.'
  }

  # Makes a data directory that was just initialised one that no server opens: PostgreSQL wants PG_VERSION, and the
  # next start of the image finds a directory that is neither a cluster nor empty. Nothing is deleted.
  shut() {
    local here="$1" pid
    if [ -n "$here" ] && [ $(($(date +%s) - (here >> 32))) -gt "$fresh_seconds" ]; then return; fi
    if [ -e "$PGDATA/PG_VERSION" ]; then mv "$PGDATA/PG_VERSION" "$PGDATA/PG_VERSION.refused-by-pgvigil"; fi
    printf 'Refused by pgvigil at %s: see the log of this start.\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')" \
      >"$PGDATA/PGVIGIL-REFUSED" || :
    pid="$(head -n 1 "$PGDATA/postmaster.pid" 2>/dev/null || :)"
    if [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null; then
      for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
      done
    fi
  }

  # Whether this cluster is the one that is remembered, or one that was allowed.
  is_known() { [ "$1" = "$(recorded)" ] || [ -e "$directory/allowed-$1" ]; }

  # Writes the first record, of the cluster $1; $2: how it came to be known.
  remember() {
    local here="$1" event="$2" draft="$record.$$" now
    now="$(date -u '+%Y-%m-%dT%H:%M:%SZ')"
    if printf '{\n  "schema": 1,\n  "systemIdentifier": "%s",\n  "databases": {},\n  "history": [\n    { "at": "%s", "event": "%s", "systemIdentifier": "%s" }\n  ]\n}\n' \
      "$here" "$now" "$event" "$here" >"$draft" && chmod 644 "$draft" && sync && mv -n "$draft" "$record" && [ ! -e "$draft" ]; then
      say "this cluster, $here, is remembered in $record"
      return
    fi
    rm -f "$draft" || :
    return 1
  }

  unwritable() {
    echo "$directory cannot be written by $(id -un) ($(id -u)), so that nothing would be remembered: chown it on the host"
  }

  # After initdb, before the server opens.
  at_first_start() {
    local here why
    here="$(found)"
    why="$(misplaced)"
    if [ -n "$why" ]; then
      say "refused: $why"
      shut "$here"
      exit 1
    fi
    if [ -e "$record" ]; then
      if [ -n "$here" ] && is_known "$here"; then return; fi
      if [ -e "$allow" ] && [ -n "$here" ]; then
        if : >"$directory/allowed-$here" && mv "$allow" "$allow.used"; then
          say "a new cluster, $here, as $allow allowed; the record still names the one before, until it is accepted"
          return
        fi
        say "refused: $allow cannot be used up, for $directory cannot be written"
      else
        explain 'refused: a database is known to belong here, and this data directory was empty.' \
          "$(recorded)" "system identifier $here, made by initdb just now"
      fi
      shut "$here"
      exit 1
    fi
    if remember "$here" initialized; then return; fi
    say "refused: $(unwritable)"
    shut "$here"
    exit 1
  }

  # Before every start, where this script is the entrypoint. Touches no data.
  before_start() {
    local why here
    why="$(misplaced)"
    if [ -n "$why" ]; then
      say "refused to start: $why"
      exit 1
    fi
    here="$(found)"
    if [ ! -e "$record" ]; then
      # A cluster from before the guard: the one that is to be found here from now on.
      if [ ! -s "$PGDATA/PG_VERSION" ] || [ -z "$here" ] || remember "$here" adopted; then return; fi
      say "refused to start: $(unwritable)"
      exit 1
    fi
    if [ -s "$PGDATA/PG_VERSION" ] && [ -n "$here" ] && is_known "$here"; then return; fi
    # The permission is used up after initdb, when the new cluster has a name.
    if [ ! -e "$PGDATA/PG_VERSION" ] && [ -z "$here" ] && [ -e "$allow" ]; then return; fi
    explain 'refused to start: this is not the cluster that is known to belong here.' "$(recorded)" \
      "${here:+system identifier $here, initdb at $(initdb_time "$here")}"
    exit 1
  }

  "$@"
)

if [ "${BASH_SOURCE[0]}" != "$0" ]; then
  # Read by the entrypoint, which ends with us: a file without the right to be executed.
  pgvigil_guard at_first_start
  [ "$?" -eq 0 ] || exit 1
elif [ "$#" -eq 0 ]; then
  pgvigil_guard at_first_start
else
  # Other programs, a shell for a look around, are none of our business.
  case "${2:-}" in
    postgres | -*)
      pgvigil_guard before_start
      [ "$?" -eq 0 ] || exit 1
      ;;
  esac
  exec "$@"
fi
