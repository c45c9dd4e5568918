#!/usr/bin/env bash
# Installs Comptroller from an offline bundle: checks every file, then installs without any network.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=${1:?usage: ./install.sh FOLDER   (a new folder; FOLDER/bin/comptroller is the command)}
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "expected Python 3.11 or later, saw $("$python" --version 2>&1); name a later one: PYTHON=python3.12 $0" >&2; exit 1; }
[ ! -e "$target" ] || { echo "$target exists already; name a new folder" >&2; exit 1; }
(cd "$here" && sha256sum --check --quiet --strict SHA256SUMS)

"$python" -m venv "$target"
pip=("$target/bin/python" -m pip --disable-pip-version-check --no-input install --quiet --no-index)
"${pip[@]}" --find-links "$here/wheels" --require-hashes -r "$here/requirements.lock"
"${pip[@]}" --no-deps "$here"/comptroller-*.whl
"$target/bin/comptroller" --help > /dev/null
echo "installed: $target/bin/comptroller"
