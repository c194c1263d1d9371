"""Parsing and printing of searches: wire JSON, JavaScript literals, the text form."""
