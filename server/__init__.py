"""Show one release over HTTP: SPARQL, entity pages, dumps."""
