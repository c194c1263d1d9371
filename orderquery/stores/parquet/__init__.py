"""Exports as Parquet, and the engines that search them."""
