"""A text in several languages, and a text made from the message catalogues."""

from collections.abc import Iterable, Iterator, Mapping

from comptroller import texts


class Text(dict[str, str]):
    """One sentence by language code, such as `Text(zh="企业", en="Entity")`; not to be changed once made."""

    def __hash__(self) -> int:  # type: ignore[override]  # a text is a value: nothing changes it
        """Return a hash of all sentences, so that values with texts can be keys."""
        return hash(frozenset(self.items()))

    def of(self, language: str) -> str:
        """Return the sentence in `language`; else in English, in Chinese, or in any language; '' for an empty text."""
        return self.get(language) or self.get("en") or self.get("zh") or next(iter(self.values()), "")

    @property
    def zh(self) -> str:
        """Return the Chinese sentence, or ''."""
        return self.get("zh", "")

    @property
    def en(self) -> str:
        """Return the English sentence, or ''."""
        return self.get("en", "")

    def every(self) -> Iterable[str]:
        """Return the sentences of all languages, for comparing with what a person wrote."""
        return self.values()


def message(code: str, /, **values: object) -> Text:
    """Return the message of a code in every language; values that are texts are shown in the same language.

    Raises:
        KeyError: no catalogue has the code.
    """
    return Text((language, texts.translate(language, code, **values)) for language in texts.languages())


class Labels(Mapping[str, Text]):
    """The labels `<prefix>.<name>` of some names, in their order; each is read from the catalogues when it is used."""

    def __init__(self, prefix: str, names: Iterable[str]) -> None:
        """Store the names; the catalogues are not read yet."""
        self._prefix, self._names = prefix, tuple(names)

    def __getitem__(self, name: str) -> Text:
        """Return the label of a name; raises KeyError for another name."""
        if name not in self._names:
            raise KeyError(name)
        return message(f"{self._prefix}.{name}")

    def __iter__(self) -> Iterator[str]:
        """Return the names in their order."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self._names)
