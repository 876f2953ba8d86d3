#!/bin/bash
# build.sh MIRROR TARBALL: makes the filesystem of the test image from Debian packages alone. Needs root.
set -euo pipefail
mirror="$1"
tarball="$2"
here="$(cd "$(dirname "$0")" && pwd)"
root="$(mktemp -d "$tarball.root.XXXXXX")"
trap 'rm -rf --one-file-system "$root" "$tarball.part"' EXIT
say() { echo "test image: $*" >&2; }

say 'unpacking a minimal Debian (about half a minute) ...'
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$tarball.log" 2>&1
# No daemon may start inside the chroot, and no cluster is wanted: the entrypoint makes one.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mkdir -p "$root/etc/postgresql-common"
echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
say 'installing PostgreSQL ...'
DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$root" \
  apt-get install -y --no-install-recommends postgresql-15 >>"$tarball.log" 2>&1
say 'packing ...'
# LLVM is a third of the size and only serves JIT, which PostgreSQL does without when it is absent.
rm -rf "$root"/usr/lib/x86_64-linux-gnu/libLLVM* "$root"/usr/lib/aarch64-linux-gnu/libLLVM* \
  "$root"/usr/lib/llvm-* "$root"/usr/lib/postgresql/*/lib/bitcode "$root"/usr/lib/postgresql/*/lib/llvmjit* \
  "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/* \
  "$root"/usr/sbin/policy-rc.d "$root"/var/log/*.log "$root"/dev/* "$root"/etc/resolv.conf
mkdir -p "$root/var/run/postgresql" "$root/docker-entrypoint-initdb.d" "$root/var/lib/postgresql/data"
chroot "$root" chown postgres:postgres /var/run/postgresql /var/lib/postgresql/data
install -m 755 "$here/entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
tar -C "$root" --numeric-owner --one-file-system -cf "$tarball.part" .
mv "$tarball.part" "$tarball"
say "done, $(du -h "$tarball" | cut -f1)"
