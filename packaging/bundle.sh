#!/usr/bin/env bash
# Packs the wheel, every package of the lock and the installer into one archive for a network without an index.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${1:?usage: bundle.sh PYTHON   (the Python whose version and platform the bundle is for)}
wheel=$(ls -t "$here"/build/dist/comptroller-*.whl | head -n 1)
name=$(basename "$wheel" | cut -d- -f1,2)
tag=$("$python" -c 'import sys, sysconfig; print(f"py{sys.version_info[0]}{sys.version_info[1]}-{sysconfig.get_platform()}")')
place="$here/build/bundle/$name-$tag"

rm -rf "$place"
mkdir -p "$place/wheels"
"$python" -m pip --disable-pip-version-check --no-input download --quiet --only-binary :all: --require-hashes \
    -r "$here/requirements.lock" --dest "$place/wheels"
cp "$wheel" "$here/requirements.lock" "$here/packaging/install.sh" "$here/LICENSE" "$here/README.md" "$here/README.zh-CN.md" "$place/"
(cd "$place" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS)
tar --sort=name --owner=0 --group=0 --numeric-owner -C "$here/build/bundle" -czf "$here/build/bundle/$name-$tag.tar.gz" "$name-$tag"
echo "$here/build/bundle/$name-$tag.tar.gz"
