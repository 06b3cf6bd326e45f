#!/bin/bash
# One part of a study for each task of a job array: sbatch --array=0-9 array_job.sh STUDY REPLICAS FOLDER
#SBATCH --job-name=evsweep-part
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
#SBATCH --signal=B:TERM@120
set -euo pipefail
study=$1
replicas=$2
folder=$3

# Task k of n runs the replicas from k/n to (k+1)/n of the study, without the last one: neighbours share that number.
task=$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN))
from=$((replicas * task / SLURM_ARRAY_TASK_COUNT))
to=$((replicas * (task + 1) / SLURM_ARRAY_TASK_COUNT))
mkdir -p "$folder"
exec evsweep run "$study" --replicas "$replicas" --replicas-from "$from" --to "$to" --out "$folder/part-$SLURM_ARRAY_TASK_ID.h5" \
     --threads "${SLURM_CPUS_PER_TASK:-1}"
