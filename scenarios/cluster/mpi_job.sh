#!/bin/bash
# One study over all tasks of a job: sbatch mpi_job.sh STUDY RESULT
#SBATCH --job-name=evsweep
#SBATCH --ntasks=2
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
#SBATCH --signal=TERM@120
#SBATCH --open-mode=append
set -euo pipefail
study=$1
result=$2

# The same command after the end of the job's time, or after a crash, goes on from what was finished.
exec srun --mpi=pmix --kill-on-bad-exit=1 evsweep run "$study" --out "$result" --threads "${SLURM_CPUS_PER_TASK:-1}"
