"""The language: value types, fields, conditions, operators, tables, limits."""
