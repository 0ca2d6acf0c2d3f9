"""Stage 6: what was built and tested becomes what readers see."""
