"""Stage 2: take what is new in the inbox, keep its bytes, enter it in the ledger."""
