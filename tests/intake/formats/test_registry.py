"""The registry of formats: distinct names and endings, and a reader for everything but archives."""

from comptroller.intake.files import MEDIA, media_of
from comptroller.intake.formats.registry import FORMATS


def test_each_ending_names_one_format() -> None:
    """No two formats share a name or an ending, and every ending leads to its format, in upper case as well."""
    endings = [ending for form in FORMATS for ending in form.endings]
    assert len(endings) == len(set(endings))
    assert tuple(dict.fromkeys(form.name for form in FORMATS)) == MEDIA
    assert all(media_of(f"a{ending.upper()}", b"") == form.name for form in FORMATS for ending in form.endings)


def test_archives_alone_have_no_reader() -> None:
    """The reader of an archive is `read_file` itself, member by member."""
    assert [form.name for form in FORMATS if form.read is None] == ["zip"]


def test_first_bytes_go_before_the_name() -> None:
    """A file that begins as Parquet is Parquet under any name."""
    assert media_of("a.csv", b"PAR1") == "parquet"
