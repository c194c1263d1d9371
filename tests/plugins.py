"""The plugins of a pytest that tests start: ours, and none of those that only this project installs."""

PLUGINS = (
    "-p", "orderquery.testing", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:anyio",
)  # fmt: skip
