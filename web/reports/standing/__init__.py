"""Regular reports: a file of each day, week or month of a workspace, mailed by its link."""
