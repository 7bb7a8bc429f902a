#!/usr/bin/env bash
# Runs the comparison with Debian's Python and its alembic package.
#
# usage: alembic_oracle_test.sh DRIVER ORACLE [oracle.py's options]
set -euo pipefail

driver=$1
oracle=$2
shift 2
if ! /usr/bin/python3 -c 'import alembic' 2>/dev/null; then
  echo "Debian's package alembic is missing; run tools/install-dependencies" >&2
  exit 1
fi
# Alembic goes through sets of strings, whose order follows the hash seed: with a
# fixed one a failure can be repeated.
export PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 "$oracle" "$driver" --graphs 3000 "$@"
