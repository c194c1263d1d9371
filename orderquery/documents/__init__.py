"""Reading orders and transactions: files, events, records, and the values of fields."""
