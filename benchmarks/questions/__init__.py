"""The questions a run asks, in the order their tables are printed. Each is a module with a ``measure(size)``."""

QUESTIONS = (
    "predicates",
    "checking",
    "statements",
    "text",
    "matching",
    "pages",
    "loading",
    "serving",
    "memory_use",
    "startup",
    "growth",
)
