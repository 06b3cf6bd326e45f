#!/bin/bash
# The whole study from its parts, when all of them are there: sbatch --dependency=afterok:ARRAY merge_job.sh FOLDER RESULT
#SBATCH --job-name=evsweep-merge
#SBATCH --ntasks=1
#SBATCH --time=01:00:00
set -euo pipefail
exec evsweep merge "$1"/part-*.h5 --out "$2"
