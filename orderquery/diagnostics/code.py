"""The row of a diagnostic code, and what Wix does with a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Effect = Literal[
    "refuses",
    "ignores",
    "accepts",
    "local",
    "elsewhere",
    "around",
    "comment",
    "source",
    "none",
    "withdrawn",
    "untranslatable",
    "differs",
]

EFFECT_NOTES: dict[str, str] = {
    "refuses": "Wix refuses this request",
    "ignores": "Wix ignores this part",
    "accepts": "Wix accepts this",
    "local": "orderquery refuses this; it is not a rule of Wix",
    "elsewhere": "concerns your own tables, not requests",
    "around": "concerns the code around the request, not the request",
    "comment": "concerns a comment for orderquery, not the request",
    "source": "concerns the source file, not the request",
    "none": "concerns stored documents, not requests",
    "withdrawn": "Wix withdrew this API in September 2024",
    "untranslatable": "no request to the newer API does this",
    "differs": "the translated request differs here",
}


@dataclass(frozen=True, slots=True)
class ServiceError:
    """The names of a mistake in the error responses of Wix.

    Either a field violation or an application error. A violation has a ``violatedRule`` (empty where the recorded ones
    have none; ``{bound}`` is MIN or MAX, from the diagnostic) and, if the rule is OTHER, a ``ruleName``. An application
    error has a ``code``.
    """

    violated_rule: str = ""
    rule_name: str = ""
    application_code: str = ""


def violation(rule: str = "", name: str = "") -> ServiceError:
    """Return the names of a field violation."""
    return ServiceError(violated_rule=rule, rule_name=name)


def application(code: str) -> ServiceError:
    """Return the name of an application error."""
    return ServiceError(application_code=code)


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of diagnostic.

    ``effect`` is what Wix does with the mistake, ``service`` how its error responses name it. ``wrong`` is an example
    with exactly this diagnostic and ``right`` its correction, both in ``shape`` (``text`` is the text form); both are
    empty where a short request cannot show the mistake. ``wrong_code`` and ``right_code`` are an example in JavaScript,
    of a mistake in code that sends a search. ``fix`` is the class of the fix that is offered, and why: it begins with
    ``same-answer``, ``intended``, ``guess`` or ``none``. ``title`` is what the reference shows. ``tags`` are
    for programs that sort findings, such as ``security``.
    """

    name: str
    effect: Effect
    service: ServiceError
    title: str
    why: str
    wrong: str = ""
    right: str = ""
    shape: Literal["request", "search", "sdk", "text"] = "request"
    fix: str = ""
    wrong_code: str = ""
    right_code: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    """What Wix does with the mistake, if the note of ``effect`` does not say it."""

    @property
    def effect_note(self) -> str:
        """What Wix does with the mistake, in words."""
        return self.note or EFFECT_NOTES[self.effect]

    @property
    def severity(self) -> Severity:
        """``error`` for what makes a request wrong or unusable, else ``warning``."""
        return "warning" if self.effect in ("accepts", "comment", "source", "none", "withdrawn", "differs") else "error"
