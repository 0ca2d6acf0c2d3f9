"""docker-compose.yml: what it says (always), and what it does with an engine (``python -m tests.compose``)."""
