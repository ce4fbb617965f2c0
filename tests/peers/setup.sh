#!/usr/bin/env bash
# Makes the two virtual environments that tests/peers/ needs, in .peers/: the official SDK, and SkyRL's server on the CPU.
# Needs Python 3.11 or later. An environment that is complete for the same requirements is left as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/peers

# $1 name, $2 requirements, further: what is installed without its dependencies
environment() {
  local name=$1 requirements=$2
  shift 2
  local want
  want="$(cat "$requirements") $*"
  if [ "$(cat ".peers/$name/.complete" 2>/dev/null || true)" = "$want" ]; then return; fi
  echo "making .peers/$name"
  rm -rf ".peers/$name"
  python3 -m venv ".peers/$name"
  ".peers/$name/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
  if [ "$#" -gt 0 ]; then ".peers/$name/bin/pip" install --quiet --disable-pip-version-check --no-deps "$@"; fi
  echo "$want" >".peers/$name/.complete"
}

mkdir -p .peers
environment sdk "$here/requirements_sdk.txt"
environment skyrl "$here/requirements_skyrl.txt" skyrl==0.3.0
