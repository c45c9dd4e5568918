"""A text in several languages, and a text made from the message catalogues."""

from collections.abc import Iterable

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
