"""What a splat's .ply must hold (Kerbl et al. 2023), for whoever judges or reads one."""

from collections.abc import Collection

POSITION = ("x", "y", "z")
COLOUR = ("f_dc_0", "f_dc_1", "f_dc_2")
SCALE = ("scale_0", "scale_1", "scale_2")
ROTATION = ("rot_0", "rot_1", "rot_2", "rot_3")
REQUIRED = (*POSITION, *COLOUR, "opacity", *SCALE, *ROTATION)
SPLAT_REMEDY = "Export the splat as a 3D Gaussian Splatting .ply and upload that."


def why_no_splat(properties: Collection[str]) -> str:
    """What a file with these vertex properties is instead, to follow its name; or nothing."""
    missing = [name for name in REQUIRED if name not in properties]
    if not missing:
        return ""
    if "packed_position" in properties:
        return "is a compressed PLY"
    if missing == ["scale_2"]:
        return "holds 2D Gaussians (surfels), which have no third scale"
    if "opacity" in missing and "f_dc_0" in missing:
        return "is a point cloud or a mesh, not a splat"
    return f"lacks {', '.join(missing)}"
