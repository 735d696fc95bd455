"""Templates: HTML is escaped, plain text is not, and a missing name is an error."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("spaceport_notify"),
        autoescape=name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def render(name: str, **values: object) -> str:
    """The named template of this package, filled in; half of a surrogate pair becomes a ?."""
    return _template(name).render(**values).encode("utf-8", "replace").decode()
