"""From an AST to a checked query: diagnostics, corrections, cursors, pages."""
