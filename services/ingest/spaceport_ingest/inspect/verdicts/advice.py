"""What to photograph again, out of the verdicts of a whole upload."""

from collections import defaultdict
from collections.abc import Mapping

from spaceport_ingest.inspect.verdicts.verdict import PhotoVerdict, VerdictKind
from spaceport_ingest.rejection import count, some

AGAIN = {
    VerdictKind.BLURRED: ("is blurred", "are blurred"),
    VerdictKind.BADLY_EXPOSED: ("is badly exposed", "are badly exposed"),
    VerdictKind.UNREADABLE: ("cannot be read", "cannot be read"),
    VerdictKind.WRONG_KIND: ("is no photo that can be used", "are no photos that can be used"),
    VerdictKind.DUPLICATE: ("is a copy", "are copies"),
}
REMEDIES = {
    VerdictKind.BLURRED: "Fly slower or in more light, and take them again from the same places.",
    VerdictKind.BADLY_EXPOSED: "Set the exposure for the ground, and take them again from the "
    "same places.",
    VerdictKind.UNREADABLE: "Copy them from the card once more and send them again.",
    VerdictKind.WRONG_KIND: "Export them as JPEG, or leave them out.",
    VerdictKind.DUPLICATE: "They are left out; nothing needs to be done.",
}


def advice_on(verdicts: Mapping[int, PhotoVerdict], names: Mapping[int, str]) -> tuple[str, ...]:
    """One sentence for each thing that is the matter, and what to do about it."""
    refused: defaultdict[VerdictKind, list[str]] = defaultdict(list)
    for number, verdict in sorted(verdicts.items()):
        if not verdict.ok:
            refused[verdict.kind].append(names.get(number, ""))
    return tuple(
        f"{count(len(bad), 'photo')} {AGAIN[kind][len(bad) > 1]}: {some(bad)}. {REMEDIES[kind]}"
        for kind, bad in refused.items()
    )
