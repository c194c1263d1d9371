"""Search tables that a team already has: a layout maps their columns to fields."""
