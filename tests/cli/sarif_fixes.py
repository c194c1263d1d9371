"""Make the fixes of a SARIF log in a text."""


def applied(text, fix):
    """Make a fix of a log in a text: lines end with a line feed, columns count code points."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(region, which):
        return starts[region[f"{which}Line"] - 1] + region[f"{which}Column"] - 1

    (change,) = fix["artifactChanges"]
    for made in reversed(change["replacements"]):
        region = made["deletedRegion"]
        text = text[: offset(region, "start")] + made["insertedContent"]["text"] + text[offset(region, "end") :]
    return text
