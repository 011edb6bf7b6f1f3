"""Zip archives: NPZ, or what ``torch.save`` writes."""

from __future__ import annotations

from zipfile import BadZipFile, ZipFile

from klcli.errors import KlcliError
from klcli.tables.formats.zip_members import check_members
from klcli.tables.named_arrays import Arrays
from klcli.tables.source import Source


def open_zip(source: Source) -> Arrays:
    """The arrays of an archive.

    Raises:
        KlcliError: a damaged or an empty archive, or one that comes through a pipe.
    """
    if not source.seekable:
        raise KlcliError(
            "an archive cannot be read from a pipe: its directory stands at its end", "give the file"
        )
    try:
        archive = ZipFile(source.stream)
    except (BadZipFile, OSError, NotImplementedError) as error:
        raise KlcliError(f"{source.name} is no archive that can be read: {error}", "save it anew") from None
    if not (members := archive.namelist()):
        raise KlcliError(
            f"{source.name} is an archive without arrays", "numpy.savez takes them: mu=..., logvar=..."
        )
    check_members(archive, source.name)
    if any(name.endswith("/data.pkl") for name in members):
        from klcli.tables.formats.torch_save import open_torch_save

        return open_torch_save(source, archive)
    from klcli.tables.formats.npz import open_npz

    return open_npz(source, archive)
