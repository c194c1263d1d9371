"""Exports in the published columnar layout, and the engines that search them."""
