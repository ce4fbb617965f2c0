#!/usr/bin/env bash
# Makes what tests/peers/ needs, in .peers/: virtual environments with the official SDK, with SkyRL's server on the CPU,
# with Jupyter, with other people's graders, chat templates and tokenizers of real models, with the client of Weights &
# Biases and TensorBoard, with scipy and statsmodels, with PyTorch, transformers, PEFT and TRL, and playwright-core to
# drive a browser. Needs Python 3.11 or later with pip, npm, and a Chromium, which it installs where apt-get can. An
# environment that is complete for the same requirements is left as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/peers

# uv installs in seconds what takes pip minutes; it is told what pip knows of where packages lie.
uv=uv==0.13.9
uv_is_here() {
  if [ "$(cat .peers/uv/.complete 2>/dev/null || true)" = "$uv" ]; then return; fi
  rm -rf .peers/uv
  python3 -m venv .peers/uv
  .peers/uv/bin/pip install --quiet --disable-pip-version-check "$uv"
  echo "$uv" >.peers/uv/.complete
}
export UV_CACHE_DIR="$PWD/.peers/uv/cache" UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never
for name in index-url:DEFAULT_INDEX find-links:FIND_LINKS cert:SSL_CERT_FILE; do
  key=${name%%:*}
  known=$(python3 -m pip config get ":env:.$key" 2>/dev/null || python3 -m pip config get "global.$key" 2>/dev/null || true)
  into="UV_${name##*:}"
  if [ "$into" = UV_SSL_CERT_FILE ]; then into=SSL_CERT_FILE; fi
  if [ -n "$known" ] && [ -z "${!into:-}" ]; then export "$into=$known"; fi
done

# $1 name, $2 requirements, further: what is installed without its dependencies
environment() {
  local name=$1 requirements=$2
  shift 2
  local want
  want="$(cat "$requirements") $*"
  if [ "$(cat ".peers/$name/.complete" 2>/dev/null || true)" = "$want" ]; then return; fi
  echo "making .peers/$name"
  uv_is_here
  rm -rf ".peers/$name"
  python3 -m venv --without-pip ".peers/$name"
  local install=(.peers/uv/bin/uv pip install --quiet --python ".peers/$name/bin/python")
  "${install[@]}" --requirement "$requirements"
  if [ "$#" -gt 0 ]; then "${install[@]}" --no-deps "$@"; fi
  echo "$want" >".peers/$name/.complete"
}

mkdir -p .peers
environment sdk "$here/requirements_sdk.txt"
environment skyrl "$here/requirements_skyrl.txt" skyrl==0.3.0
environment jupyter "$here/requirements_jupyter.txt"
environment grading "$here/requirements_grading.txt" tinker_cookbook==0.6.1
environment tracking "$here/requirements_tracking.txt" tensorboard==2.21.0
environment statistics "$here/statistics/requirements.txt"
environment engine "$here/engine/requirements.txt"
rm -rf .peers/uv/cache
"$here/engine/fetch_smollm2.sh"
"$here/tokens/fetch.sh"

playwright=playwright-core@1.65.1
if [ "$(cat .peers/browser/.complete 2>/dev/null || true)" != "$playwright" ]; then
  echo "making .peers/browser"
  rm -rf .peers/browser
  npm install --silent --no-audit --no-fund --prefix .peers/browser "$playwright"
  echo "$playwright" >.peers/browser/.complete
fi

if [ -z "${CHROMIUM_PATH:-}" ] && ! command -v chromium chromium-browser google-chrome >/dev/null; then
  echo "installing chromium"
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
fi
