"""Orders and transactions: reading values, extracting them, ingesting what is loaded."""
