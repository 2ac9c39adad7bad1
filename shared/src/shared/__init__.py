"""The kernel: what two services of Qadaga need, and nothing else."""
