"""People close a period: a proposal, two approvals, a release that is signed and never changes."""
