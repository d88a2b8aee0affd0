#!/usr/bin/env bash
# Makes the shipped weights anew: the detector from its runs, the edit tagger, the adapter, their weights and thresholds on dev.
# Takes the folder of the corpora that NOTICE names and, where there is no model hub, folders of the two encoders.
set -euo pipefail
corpora=${1:?usage: finetune/reproduce.sh CORPORA [MINILM MPNET]}
minilm=${2:-sentence-transformers/all-MiniLM-L6-v2}
mpnet=${3:-sentence-transformers/all-mpnet-base-v2}
cd "$(dirname "$0")/.."

python -m finetune detector --config finetune/runs/teacher.toml --base "$mpnet" --corpora "$corpora"
python -m finetune detector --config finetune/runs/student.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/detector.toml --base "$minilm" --teacher-base "$mpnet" --corpora "$corpora"
python -m finetune detector --config finetune/runs/groups.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/groups2.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/detector runs/groups runs/groups2 --base "$minilm" --max-false-alarms 0.055 --out runs/mean
python -m quantize detector runs/mean  # the package's own detector, from which the next run starts
python -m finetune detector --config finetune/runs/broad.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/broad2.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/broad runs/broad2 --base "$minilm" --max-false-alarms 0.05 --out runs/mean2
python -m finetune detector --config finetune/runs/settled.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/mean2 runs/settled --base "$minilm" --max-false-alarms 0.05 --out runs/mean3
python -m quantize detector runs/mean3  # and again
python -m finetune detector --config finetune/runs/teacher2.toml --base "$mpnet" --corpora "$corpora"
python -m finetune detector --config finetune/runs/keen.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/keen2.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/taught.toml --base "$minilm" --teacher-base "$mpnet" --corpora "$corpora"
python -m finetune average runs/keen2 runs/taught --base "$minilm" --max-false-alarms 0.05 --out runs/mean4
python -m finetune detector --config finetune/runs/keen3.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/mean4 runs/keen3 --base "$minilm" --max-false-alarms 0.05 --out runs/mean5
python -m finetune detector --config finetune/runs/keen4.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/mean5 runs/keen4 --base "$minilm" --max-false-alarms 0.05 --out runs/mean6
python -m quantize detector runs/mean6  # and again
python -m finetune detector --config finetune/runs/keen5.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/mean6 runs/keen5 --base "$minilm" --max-false-alarms 0.05 --out runs/mean7
python -m quantize detector runs/mean7  # and again
python -m finetune detector --config finetune/runs/listed.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/focal.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/listed runs/focal --base "$minilm" --max-false-alarms 0.05 --out runs/mean8
python -m quantize detector runs/mean8  # and again
python -m finetune detector --config finetune/runs/posts.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/posts2.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/posts3.toml --base "$minilm" --corpora "$corpora"
python -m finetune tagger --config finetune/runs/tagger.toml --corpora "$corpora"
python -m quantize tagger runs/tagger  # on the states of `mean8`, which the next detector shares
python -m finetune average runs/mean8 runs/posts2 runs/posts3 --states-of srlint/data/detector.onnx --base "$minilm" --max-false-alarms 0.05 --out runs/mean9
python -m quantize detector runs/mean9  # and again
python -m finetune detector --config finetune/runs/stance.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/stance2.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/stance3.toml --base "$minilm" --corpora "$corpora"
python -m finetune detector --config finetune/runs/stance4.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/stance3 runs/stance4 --base "$minilm" --max-false-alarms 0.05 --out runs/mean10
python -m finetune detector --config finetune/runs/stance5.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/stance4 runs/stance5 --states-of srlint/data/detector.onnx --base "$minilm" --max-false-alarms 0.05 --out runs/mean11
python -m quantize detector runs/mean11  # and again
python -m finetune detector --config finetune/runs/claims.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/mean11 runs/claims --base "$minilm" --max-false-alarms 0.05 --out runs/mean12
python -m finetune detector --config finetune/runs/claims2.toml --base "$minilm" --corpora "$corpora"
python -m finetune average runs/mean11 runs/mean11 runs/claims runs/claims2 --states-of srlint/data/detector.onnx --base "$minilm" --max-false-alarms 0.054 --out runs/mean13
python -m quantize detector runs/mean13
python -m finetune screen --config finetune/runs/screen.toml --corpora "$corpora"
cp runs/screen/screen.npz srlint/data/
python -m finetune train --config finetune/runs/embedded.toml
python -m quantize adapter runs/embedded  # the package's own adapter, from which the next run starts
python -m finetune train --config finetune/runs/embedded2.toml
python -m quantize adapter runs/embedded2
python -m finetune ranking
python -m finetune judge
python -m finetune calibration
python -m finetune verification
