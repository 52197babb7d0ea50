"""The form of a ready profile: its inputs, the name of the target that they make, and its table.

Rule: the profile says what is wrong with an input; a secret that was typed is in no page.
"""

from collections.abc import Sequence
from typing import Any

from django import forms

import simulator
from web.datasets.models import Dataset
from web.platform import reach
from web.targets import access
from web.targets.models import Target
from web.targets.profiles import Making, making_of
from web.targets.secret_inputs import SecretArea
from web.targets.showing import columns_of

OWN = "target_name"  # fields beside the profile's inputs
TABLE, DEALING = "target_table", "target_dealing"
LATER = "later"  # in the place of a table: it is uploaded afterwards
PEM_ROWS = 4


class ProfileForm(forms.Form):
    """What a profile asks for. ``making`` is what a valid one makes."""

    making: Making

    def __init__(self, data: Any, *, profile: simulator.Profile, target: Target) -> None:
        super().__init__(data)
        self.profile = profile
        self.target = target
        self.fields[OWN] = forms.CharField(
            label="Name", max_length=100, help_text="What lots call it.", initial=profile.title
        )
        for each in profile.inputs:
            self.fields[each.name] = _field(each)
        self._tables = {str(each.code): each for each in access.tables_of(target.workspace)}
        self.fields[TABLE] = _table_field([*self._tables.items()])
        self.fields[DEALING] = forms.ChoiceField(
            label="Rows are dealt",
            choices=Target.Dealing.choices,
            initial=Target.Dealing.ORDER,
            required=False,
            widget=forms.RadioSelect,
        )

    @property
    def asked(self) -> list[tuple[forms.BoundField, str]]:
        """The inputs in their order, each with the choice that it belongs to, ``shows=key``."""
        return [(self[each.name], _shown_with(each)) for each in self.profile.inputs]

    @property
    def dealt(self) -> Dataset | None:
        """The credential table that was chosen; None: none, or none yet."""
        return self._tables.get(self.cleaned_data.get(TABLE, ""))

    @property
    def shows_dealing(self) -> str:
        """With which tables there is something to deal, for the page."""
        return f"{TABLE}={' '.join(self._tables) or '-'}"

    @property
    def dealing(self) -> str:
        """How its rows are dealt."""
        chosen: str = self.cleaned_data.get(DEALING) or Target.Dealing.ORDER
        return chosen

    def clean_target_name(self) -> str:
        """Return the name, which no other target of the workspace has."""
        name: str = self.cleaned_data[OWN]
        if access.targets_of(self.target.workspace).filter(name=name).exists():
            raise forms.ValidationError("Another target of this workspace has this name.")
        return name

    def clean(self) -> dict[str, Any]:
        """Let the profile build the target, and tell its refusals at the inputs."""
        clean = super().clean() or self.cleaned_data
        values = {each.name: clean.get(each.name, "") for each in self.profile.inputs}
        try:
            self.making = making_of(self.profile, values)
        except simulator.DefinitionError as error:
            for problem in error.problems:
                self._tell(problem)
        else:
            fields = self.making.fields
            if why := reach.trouble(fields["host"], fields["port"]):
                self.add_error("host" if "host" in self.fields else None, why)
            self._hold_table(self.making.fields["guidance"]["columns"])
        return clean

    def _hold_table(self, wanted: Sequence[str]) -> None:
        """Ask for the table that this needs, and hold the chosen one against the columns."""
        if not wanted or TABLE in self.errors:
            return
        names = " and ".join(wanted)
        if not self.cleaned_data.get(TABLE):
            self.add_error(
                TABLE,
                f"Mocks need a credential table with {names}: choose one, or say that it comes "
                "later.",
            )
        elif self.dealt and self.dealt.current:
            columns = columns_of(self.dealt)
            missing = " and ".join(name for name in wanted if name not in columns)
            if missing:
                self.add_error(
                    TABLE, f"{self.dealt} has no {missing}: it has {', '.join(columns)}."
                )

    def _tell(self, problem: simulator.Problem) -> None:
        is_input = problem.place in self.fields
        if is_input and problem.place in self.errors:
            return  # Django found the same
        text = problem.text if is_input else f"{problem.place}: {problem.text}"
        self.add_error(problem.place if is_input else None, f"{text[:1].upper()}{text[1:]}.")


def _table_field(tables: Sequence[tuple[str, Dataset]]) -> forms.ChoiceField:
    """Return the field of the credential table; what is needed of it the profile says."""
    known = [(code, table.name) for code, table in tables]
    return forms.ChoiceField(
        label="Credential table",
        choices=[("", "none"), *known, (LATER, "it is uploaded later")],
        required=False,
        help_text="One row for each mock, for all that is not the same for every mock.",
    )


class _LeftToProfile(forms.CharField):
    """A line whose need depends on another input, which only the profile knows."""

    def validate(self, value: Any) -> None:
        del value


def _field(asked: Any) -> forms.Field:
    """Return the field of one input."""
    common: dict[str, Any] = {
        "label": asked.label,
        "help_text": asked.help,
        "required": not asked.is_optional,
    }
    if asked.kind == "choice":
        choices = list(asked.choices.items())
        return forms.ChoiceField(
            choices=choices, initial=asked.default, widget=forms.RadioSelect, **common
        )
    kind = _LeftToProfile if asked.needed_by or asked.default else forms.CharField
    return kind(
        max_length=asked.most,
        initial="" if asked.is_secret else asked.default,
        widget=_widget(asked),
        **common,
    )


def _widget(asked: Any) -> forms.Widget:
    attrs = {"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
    if hint := asked.example or (asked.default if asked.is_secret else ""):
        attrs["placeholder"] = hint
    if asked.kind == "pem":
        area = SecretArea if asked.is_secret else forms.Textarea
        return area(attrs={**attrs, "rows": PEM_ROWS})
    if asked.is_secret:
        return forms.PasswordInput(attrs={**attrs, "autocomplete": "new-password"})
    return forms.TextInput(attrs=attrs)


def _shown_with(asked: Any) -> str:
    if asked.needed_by is None:
        return ""
    other, values = asked.needed_by
    return f"{other}={' '.join(values)}"
