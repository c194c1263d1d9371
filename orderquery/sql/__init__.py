"""Compile queries to SQL statements."""
