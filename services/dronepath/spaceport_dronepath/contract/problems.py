"""The one error of planning: which field is to blame, and what helps."""

from spaceport_runtime.errors import UserError


class FieldProblem(UserError):
    """A field of the request cannot work; `field` is its path, such as `area.coordinates.0.3`."""

    def __init__(self, field: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.field = field
