"""Layouts that map a search to tables that are not ours."""
