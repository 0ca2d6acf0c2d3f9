"""Stage 1: the programme office's registry, checked as a whole before anything is taken."""
