"""Versions of policy: the first is the founding, and each names its changes."""

from comptroller.web.policy.versions import files_of, versions


def test_the_first_edition_is_the_founding(server):
    """A node without later adoptions has one version, with all files of the policy in force."""
    (first,) = versions(server)
    assert (first.entry, first.is_first, first.digest, first.changed) == (1, True, server.pack.digest, ())
    assert files_of(server, 1) == server.pack.files
