"""An annotation, as strict as what is shown to strangers has to be."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MOST = 200
TITLE_CHARACTERS = 80
TEXT_CHARACTERS = 1000
# Controls, and marks that turn the direction of what follows: a stranger's text must not disguise
# itself. `\n` is how people end a line.
HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
FARTHEST_M = 1e7

Metres = Annotated[float, Field(ge=-FARTHEST_M, le=FARTHEST_M, allow_inf_nan=False)]
Place = tuple[Metres, Metres, Metres]


def plain(text: str) -> str:
    """Without what cannot be seen, and without white space around it."""
    kept = "".join(
        letter for letter in text if letter == "\n" or unicodedata.category(letter) != "Cc"
    )
    return HIDDEN.sub("", kept).strip()


def _said(title: str) -> str:
    if not title:
        raise ValueError("it says nothing")
    return title


class _Camel(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class View(_Camel):
    """From where an annotation is best seen; east, north, up in the scene's metres."""

    eye: Place
    target: Place
    fov_deg: float = Field(ge=1, le=170, allow_inf_nan=False)


class Annotation(_Camel):
    """What somebody wrote at a place of the scene."""

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    title: Annotated[
        str, Field(max_length=TITLE_CHARACTERS), AfterValidator(plain), AfterValidator(_said)
    ]
    text: Annotated[str, Field(max_length=TEXT_CHARACTERS), AfterValidator(plain)] = ""
    at: Place
    view: View


class Annotations(_Camel):
    """All of a scene's; what is put replaces what was there."""

    annotations: tuple[Annotation, ...] = Field(default=(), max_length=MOST)
