"""What is kept of every night, held against what was seen on it; causes of changes, worked out another way."""
