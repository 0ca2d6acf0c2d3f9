"""E-mail: who is written to, the messages, the outbox and how it is sent."""
