"""The night's report to the operator."""
