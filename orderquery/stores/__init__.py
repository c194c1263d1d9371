"""Stores of orders, a folder per engine."""
