"""On the path of SkyRL's processes: pydantic refuses `typing.TypedDict` before Python 3.12, and SkyRL uses it."""

import sys
import typing

if sys.version_info < (3, 12):
    import typing_extensions

    typing.TypedDict = typing_extensions.TypedDict
