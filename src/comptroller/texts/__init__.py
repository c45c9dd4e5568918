"""Messages and labels by code, in every language that has a catalogue."""

from comptroller.texts.catalogue import add_folder, codes, has, languages, remove_folder, translate

__all__ = ["add_folder", "codes", "has", "languages", "remove_folder", "translate"]
