#!/usr/bin/env bash
# usage: run_python.sh TEST.py BRANT
set -euo pipefail
export BRANT=$PWD/$2
exec /usr/bin/python3 -B "$1"
