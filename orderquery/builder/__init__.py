"""Searches built in Python: ``oq.f.paymentStatus == "PAID"``."""
