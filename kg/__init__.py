"""Turn documents about peer support into a validated, linked knowledge graph."""
