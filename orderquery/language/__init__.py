"""The query language: value types, fields, conditions, operators, tables of fields, limits."""
