"""Stage 7: what the partner gets back: workbook, receipt and e-mail, in the partner's language."""
