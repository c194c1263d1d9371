"""List the questions of a run in order. Each is a module with ``measure(size)``."""

QUESTIONS = (
    "predicates",
    "checking",
    "statements",
    "text",
    "hostile",
    "matching",
    "pages",
    "loading",
    "serving",
    "playground",
    "testing",
    "memory_use",
    "startup",
    "scanning",
    "growth",
)
