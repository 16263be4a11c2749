#!/usr/bin/env bash
# High availability of the PostgreSQL under Kirokubo, by PostgreSQL's own means: streaming replication to a synchronous
# standby, and its promotion. docs/high-availability.md is the guide; a test runs this script as it is.
#
#   postgres-ha.sh primary --standbys NAME[,NAME] [--allow CIDR]   on the primary: role, settings, who may replicate
#   postgres-ha.sh standby --data DIR --from HOST[:PORT] --name NAME [--replace]
#                                                         on the standby: copies the primary; start the server then
#   postgres-ha.sh synchronous --standbys NAME[,NAME]     on the primary: commits wait for a standby from now on
#   postgres-ha.sh promote --fenced [--others HOST[:PORT],…] [--standbys NAME[,NAME]]
#                                                         on the standby: makes it the primary
#   postgres-ha.sh status                                 what a server is, and how far it is
#
# Run it as the user of the database server (`runuser -u postgres -- …`). The server is found as psql finds it: PGHOST, PGPORT,
# PGUSER. The password of the role for replication is taken from ~/.pgpass, never from the command line.
set -euo pipefail

role=kirokubo_replication
patience=60

main() {
    local command=${1:-}
    [ $# -gt 0 ] && shift
    data='' from='' name='' standbys='' others='' allow='' replace='' fenced=''
    while [ $# -gt 0 ]; do
        case $1 in
        --data) data=$2; shift ;;
        --from) from=$2; shift ;;
        --name) name=$2; shift ;;
        --standbys) standbys=$2; shift ;;
        --others) others=$2; shift ;;
        --allow) allow=$2; shift ;;
        --replace) replace=yes ;;
        --fenced) fenced=yes ;;
        *) fail "unknown option $1" ;;
        esac
        shift
    done
    find_programs
    case $command in
    primary) primary ;;
    standby) standby ;;
    synchronous) synchronous ;;
    promote) promote ;;
    status) status ;;
    *)
        sed -n '2,/^set -/{s/^# \{0,1\}//;/^set -/d;p}' "$0" >&2
        exit 2
        ;;
    esac
}

# Prepares a running primary. Nothing waits for a standby yet. May be run again.
primary() {
    need --standbys "$standbys"
    [ "$(ask 'SELECT pg_is_in_recovery()')" = f ] || fail "this server is a standby"
    [ "$(ask "SELECT count(*) FROM pg_roles WHERE rolname = '$role'")" = 1 ] ||
        ask "CREATE ROLE $role LOGIN REPLICATION"
    # What a standby lacks is kept for it, but never until the disk is full. The hints let pg_rewind bring an old primary back.
    ask "ALTER SYSTEM SET max_slot_wal_keep_size = '10GB'"
    ask "ALTER SYSTEM SET wal_log_hints = on"
    [ "$(ask 'SHOW wal_level')" != minimal ] || ask "ALTER SYSTEM SET wal_level = replica"
    local slot
    for slot in ${standbys//,/ }; do
        plain "$slot"
        [ "$(ask "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$slot'")" = 1 ] ||
            ask "SELECT pg_create_physical_replication_slot('$slot', true)" >/dev/null
    done
    if [ -n "$allow" ]; then
        local line="hostssl replication $role $allow scram-sha-256" hba
        hba=$(ask 'SHOW hba_file')
        grep -qxF "$line" "$hba" || printf '%s\n' "$line" >>"$hba"
    fi
    ask 'SELECT pg_reload_conf()' >/dev/null
    say "ready for standbys: $standbys"
    if [ "$(ask "SELECT count(*) FROM pg_settings WHERE pending_restart")" != 0 ]; then
        say "restart this server once: $(ask "SELECT string_agg(name, ', ') FROM pg_settings WHERE pending_restart")"
    fi
}

# Copies the primary into an empty data directory, which then starts as a standby.
standby() {
    need --data "$data"
    need --from "$from"
    need --name "$name"
    plain "$name"
    if [ -e "$data/PG_VERSION" ]; then
        [ -n "$replace" ] || fail "$data holds a database; with --replace it is moved aside, and never deleted"
        [ ! -e "$data/postmaster.pid" ] || fail "a server runs on $data, or died there: stop it, remove postmaster.pid"
        mv "$data" "$data.replaced-$(date -u +%Y%m%dT%H%M%SZ)"
    fi
    local host port
    host=$(host_of "$from") port=$(port_of "$from")
    "$bin/pg_basebackup" --pgdata="$data" --write-recovery-conf --wal-method=stream --checkpoint=fast --slot="$name" \
        --dbname="host='$host' port=$port user=$role application_name=$name"
    # What the primary waits for is its own affair.
    sed -i '/^synchronous_standby_names/d' "$data/postgresql.auto.conf"
    say "$data follows $from as $name; start the server on it"
}

# From now on a commit is acknowledged when one of the standbys has it on disk, too.
synchronous() {
    need --standbys "$standbys"
    local waited=0
    until [ "$(ask "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND application_name = ANY ('{$standbys}')")" -ge 1 ]; do
        waited=$((waited + 1))
        [ "$waited" -le "$patience" ] || fail "none of $standbys follows this server"
        sleep 1
    done
    wait_for_standbys
    until [ "$(ask "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")" -ge 1 ]; do
        waited=$((waited + 1))
        [ "$waited" -le "$patience" ] || fail "no standby became synchronous"
        sleep 1
    done
    say "commits wait for one of: $standbys"
}

# Makes a standby the primary. Only once the old one cannot be written to any more.
promote() {
    [ -n "$fenced" ] || fail "switch the old primary off first, or take it off the network, and say so by --fenced"
    [ "$(ask 'SELECT pg_is_in_recovery()')" = t ] || fail "this server is a primary already"
    local here there other
    here=$(received)
    for other in ${others//,/ }; do
        there=$(PGHOST=$(host_of "$other") PGPORT=$(port_of "$other") received)
        [ "$(ask "SELECT '$there'::pg_lsn > '$here'::pg_lsn")" = f ] ||
            fail "$other has more ($there) than this server ($here): promote that one"
    done
    [ "$(ask "SELECT pg_promote(true, $patience)")" = t ] || fail "it was not promoted within $patience seconds"
    if [ -n "$standbys" ]; then
        primary
        wait_for_standbys
        say "promoted; commits wait for one of: $standbys"
    else
        ask 'ALTER SYSTEM RESET synchronous_standby_names'
        ask 'SELECT pg_reload_conf()' >/dev/null
        say "promoted. Nothing is on a second machine until there is a standby again: primary, standby, synchronous"
    fi
}

status() {
    if [ "$(ask 'SELECT pg_is_in_recovery()')" = t ]; then
        say "standby, received $(received)"
        return
    fi
    say "primary, written $(ask 'SELECT pg_current_wal_flush_lsn()')"
    ask "SELECT '  ' || application_name || ' ' || state || ' ' || sync_state || ' ' || flush_lsn FROM pg_stat_replication"
}

# Any one of the named standbys is enough.
wait_for_standbys() {
    local quoted=${standbys//,/\", \"}
    ask "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (\"$quoted\")'"
    ask 'SELECT pg_reload_conf()' >/dev/null
}

# What a standby has on disk.
received() {
    ask "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())"
}

ask() {
    "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d postgres -c "$1"
}

# Debian keeps the server's programs out of PATH.
find_programs() {
    bin=${PGBIN:-}
    if [ -z "$bin" ] && command -v pg_basebackup >/dev/null; then
        bin=$(dirname "$(command -v pg_basebackup)")
    fi
    [ -n "$bin" ] || bin=$(find /usr/lib/postgresql -path '*/bin/pg_basebackup' 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname)
    [ -x "$bin/pg_basebackup" ] && [ -x "$bin/psql" ] || fail "no pg_basebackup: set PGBIN to the folder of PostgreSQL's programs"
}

# A folder is that of a socket.
host_of() {
    case $1 in
    /* | *:*:*) printf '%s' "${1%:[0-9]*}" ;;
    *) printf '%s' "${1%%:*}" ;;
    esac
}

port_of() {
    case $1 in
    *:[0-9]*) printf '%s' "${1##*:}" ;;
    *) printf 5432 ;;
    esac
}

# Names go into SQL and connection strings.
plain() {
    case $1 in
    *[!a-z0-9_]* | '') fail "a standby's name has small letters, digits and _ only: $1" ;;
    esac
}

need() {
    [ -n "$2" ] || fail "$1 is missing"
}

say() {
    printf '%s\n' "postgres-ha: $*"
}

fail() {
    printf '%s\n' "postgres-ha: $*" >&2
    exit 1
}

main "$@"
