#!/bin/bash
# The healthchecks of what is stood in for, each by its own name: asks for a page and wants status 200.
case "$0 $*" in
  */healthcheck*) url=http://localhost:55555/health ;;
  # Prometheus 2.42, which Debian has, does not know this command yet; everything else is its own.
  '/bin/promtool check healthy --url='*) url="${3#--url=}/-/healthy" ;;
  /bin/promtool*) exec /bin/promtool.real "$@" ;;
  *) url="${*: -1}" ;;
esac
rest="${url#http://}"
address="${rest%%/*}"
exec 3<>"/dev/tcp/${address%:*}/${address#*:}" || exit 1
printf 'GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n' "${rest#*/}" "$address" >&3
read -r _ status _ <&3
[ "$status" = 200 ]
