"""The command `pack template`: an unknown kind is answered with the close ones."""


def test_an_unknown_kind_is_answered_with_close_ones(line):
    """A mistyped kind is rejected, and the close kind is named in both languages."""
    told = line.json("pack", "template", "paymnt", "--pack", "small", code=1)["refused"][0]
    assert told["code"] == "template.kind"
    assert "payment" in told["mend"]["en"]
    assert "payment" in told["mend"]["zh"]
