"""Requests and answers of the service as pydantic models."""
