"""From the words of a report to its study facts: roles, groups, methods, settings, findings."""
