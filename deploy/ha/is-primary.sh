#!/bin/sh
# HAProxy's external check of one PostgreSQL: succeeds on a primary only, so that the one address of the cluster always leads
# to it. HAProxy says which server by HAPROXY_SERVER_ADDR and HAPROXY_SERVER_PORT. The role needs no right but to connect.
answer=$(PGCONNECT_TIMEOUT=2 psql -X -q -A -t -w -h "$HAPROXY_SERVER_ADDR" -p "$HAPROXY_SERVER_PORT" \
    -U "${CHECK_USER:-kirokubo_check}" -d postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null) || exit 1
[ "$answer" = f ]
