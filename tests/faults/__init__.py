"""One fault changes nothing for anyone else."""
