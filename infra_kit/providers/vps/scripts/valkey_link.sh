#!/bin/sh
# Gives a link's user to a running Valkey, or takes it away; valkey.conf includes what is kept of it. Runs in its
# container, any number of times.
#
#   NAME   the user
#   RULES  as an ACL has them, the password as its digest; empty: it goes
set -eu

umask 077
mkdir -p /data/links
REDISCLI_AUTH=$(cat /run/infra-kit/admin)
export REDISCLI_AUTH
if [ -n "$RULES" ]; then
  command="ACL SETUSER $NAME reset $RULES"
  printf 'user %s %s\n' "$NAME" "$RULES" >"/data/links/$NAME.conf"
else
  command="ACL DELUSER $NAME"
  rm -f "/data/links/$NAME.conf"
fi
# Whatever is none of its two good answers is why not.
said=$(printf '%s\n' "$command" | valkey-cli --user admin 2>&1)
case $said in OK | 0 | 1) ;; *) echo "$NAME: Valkey refuses the user: $said" >&2 && exit 1 ;; esac
