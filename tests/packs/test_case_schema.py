"""Files on cases hold the keys of their schemas, and no others."""

import msgspec
import pytest

from comptroller.packs.case_schema import ClockForm, MoveForm, RouteForm

WHOLE = {
    MoveForm: {"title": {"zh": "复核"}, "of": "case_step", "by": ["lead"]},
    ClockForm: {"title": {}, "unit": "days", "starts": ["a"], "ends": ["b"], "binds": "line", "terms": []},
    RouteForm: {"title": {}, "order": 1, "cites": []},
}


@pytest.mark.parametrize("form", sorted(WHOLE, key=lambda fields: fields.__name__))
def test_a_form_takes_its_keys_alone(form):
    """What it needs is enough; a key too many, one too few and a value of another type are rejected."""
    complete = WHOLE[form]
    assert msgspec.convert(complete, form).title is not None
    wrong = [{**complete, "nonsense": 1}, {**complete, "title": 5}, {k: v for k, v in complete.items() if k != "title"}]
    for fields in wrong:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(fields, form)
