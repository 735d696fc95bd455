"""One mistake in a body is one error, at a path that the body has, with words that help."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from spaceport_runtime.http.validation import FIELDS_NAMED, field_errors


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ball(Strict):
    kind: Literal["ball"]
    radius_m: float = Field(gt=0, description="from the middle")


class Box(Strict):
    kind: Literal["box"]
    sides_m: tuple[float, float]


class Lens(Strict):
    focal_mm: float
    aperture: float | None = None


class Body(Strict):
    shape: Annotated[Ball | Box, Field(discriminator="kind")] | None = None
    lens: str | Lens = "wide"
    heading: float | Literal["auto"] = "auto"
    parts: list[str | Lens] = Field(default=[], max_length=3)
    name: str = Field(default="x", alias="theName", min_length=2)

    @field_validator("name")
    @classmethod
    def _sane(cls, name: str) -> str:
        if name == "xx":
            raise ValueError("this name was taken; choose another")
        return name


WRONG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "no alternative fits": ({"heading": "north"}, {"heading": "Give a number. Or: Use 'auto'."}),
    "one alternative was meant": ({"lens": {"aperture": 2}}, {"lens.focal_mm": "Add it."}),
    "none was meant": (
        {"lens": 5},
        {"lens": "Give text. Or: Give an object with focal_mm, aperture."},
    ),
    "in a list": ({"parts": ["a", {"focal_mm": "x"}]}, {"parts.1.focal_mm": "Give a number."}),
    "told apart": ({"shape": {"kind": "ball"}}, {"shape.radius_m": "Add it: from the middle."}),
    "misspelt, so missing": (
        {"shape": {"kind": "ball", "radius": 3}},
        {"shape.radius": "Write radius_m, or leave it out; known are kind, radius_m."},
    ),
    "unknown type": (
        {"shape": {"kind": "cone"}},
        {"shape": "Use one of the types 'ball', 'box'."},
    ),
    "no type": ({"shape": {}}, {"shape": "Say its type."}),
    "a bound": (
        {"shape": {"kind": "ball", "radius_m": 0}},
        {"shape.radius_m": "Give a number above 0."},
    ),
    "two mistakes": ({"theName": 5, "lens": None}, {"theName": "", "lens": ""}),
    "in lower case": (
        {"thename": "ab"},
        {
            "thename": "Write theName, or leave it out; known are "
            "shape, lens, heading, parts, theName."
        },
    ),
    "our own words": ({"theName": "xx"}, {"theName": "Choose another."}),
    "too short": ({"theName": "x"}, {"theName": "Characters it needs: 2 or more."}),
    "too many": ({"parts": ["a"] * 4}, {"parts": "Entries it may have: 3 at most."}),
}


def found_in(document: Any, remedies: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Body).validate_python(document)
    errors = [{**each, "loc": ("body", *each["loc"])} for each in caught.value.errors()]
    said = field_errors(errors, document, [Body], remedies or {})
    assert len({each.field for each in said}) == len(said)
    return {each.field: each.remedy for each in said}


@pytest.mark.parametrize("case", WRONG)
def test_one_mistake_is_one_error(case: str) -> None:
    document, expected = WRONG[case]
    found = found_in(document)
    assert found.keys() == expected.keys()
    for field, remedy in expected.items():
        assert not remedy or found[field] == remedy


def test_the_services_own_remedy_is_for_every_entry_of_a_list() -> None:
    remedies = {"parts.focal_mm": "Look on the lens."}
    found = found_in({"parts": [{"focal_mm": "x"}]}, remedies)
    assert found == {"parts.0.focal_mm": "Look on the lens."}


def test_a_query_has_no_body_to_look_into() -> None:
    error = {"type": "int_parsing", "loc": ("query", "limit"), "input": "x"}
    [said] = field_errors([error], {}, [], {})
    assert (said.field, said.message) == ("limit", '"x" is not allowed here.')


def test_not_every_mistake_of_a_long_list_is_named() -> None:
    document = {f"unknown_{number}": 1 for number in range(2 * FIELDS_NAMED)}
    assert len(found_in(document)) == FIELDS_NAMED
