"""Reading orders and transactions: files, events, records and field values."""
