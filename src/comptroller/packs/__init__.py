"""The only reader of YAML: packs from their files, composed, checked, and refused with the place and the mend."""

from comptroller.packs.gathered import gather_files
from comptroller.packs.read import read_pack

__all__ = ["gather_files", "read_pack"]
