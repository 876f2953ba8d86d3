#!/bin/bash
# tiny.sh TARBALL: the smallest filesystem in which containers start: sleep, true and the libraries they need.
set -euo pipefail
root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT
for file in sleep true; do
  path="$(command -v -p "$file" || true)"
  [ -x "/bin/$file" ] && path="/bin/$file"
  install -D "$path" "$root/bin/$file"
  ldd "$path" | grep -o '/[^ ]*' | while read -r library; do install -D "$library" "$root$library"; done
done
tar -C "$root" -cf "$1" .
