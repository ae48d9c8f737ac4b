"""Frozen records of what people write, the types of their fields, and how their errors are told.

Every line of a file, option of the command line and argument in Python ends in a `Strict` record, so that one check and one
message serve all three.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from xunhuan.errors import BadInput, nearest

Location = tuple[int | str, ...]


class Strict(BaseModel):
    """A frozen record that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Percent:
    """Marks a field whose ratio people write and read in per cent."""


def _number(value: object) -> object:
    """Refuse what Python would take for a number without being one."""
    if isinstance(value, bool | str):
        raise ValueError(f"is a number, not {str(value).lower() if isinstance(value, bool) else repr(value)}")
    return value


NUMBER = BeforeValidator(_number)
Finite = Annotated[float, NUMBER, Field(allow_inf_nan=False)]
Positive = Annotated[float, NUMBER, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, NUMBER, Field(ge=0, allow_inf_nan=False)]
Rate = Annotated[float, NUMBER, Field(allow_inf_nan=False), Percent]
NotNegativeRate = Annotated[float, NUMBER, Field(ge=0, allow_inf_nan=False), Percent]
Change = Annotated[float, NUMBER, Field(gt=-1, allow_inf_nan=False), Percent]
Share = Annotated[float, NUMBER, Field(ge=0, le=1), Percent]
Part = Annotated[float, NUMBER, Field(gt=0, lt=1), Percent]


def listed(value: object) -> object:
    """One table where a list of tables may stand."""
    return (value,) if isinstance(value, Mapping) else value


LISTED = BeforeValidator(listed)


def parts(annotation: Any) -> Iterator[Any]:
    """An annotation with all that stands inside it, markers included."""
    yield annotation
    for a in get_args(annotation):
        yield from parts(a)


def told(e: ValidationError, model: type[BaseModel], data: Any, prefix: str = "") -> list[str]:
    """Each error as "path: what is wrong; what would be right".

    model  the record that refused · data: what was written · prefix: where the record stands in it
    """
    out = []
    for item in e.errors(include_url=False):
        place = _path(item["loc"], data, prefix)
        kind, given = item["type"], item.get("input")
        if kind == "extra_forbidden":
            names = _keys_at(model, item["loc"][:-1])
            near = nearest(str(item["loc"][-1]), names)
            right = f"did you mean {', '.join(near)}?" if near else f"known keys: {', '.join(names)}"
            out.append(f"{place}: unknown key; {right}")
        elif kind == "missing":
            out.append(f"{place}: is missing")
        elif kind == "literal_error":
            expected = str(item.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
            valid = [v.strip("'") for v in expected.split(", ")]
            near = nearest(str(given), valid)
            right = f"did you mean {near[0]}?" if near else f"choose {', '.join(valid)}"
            out.append(f"{place}: {given!r} is not one of the choices; {right}")
        else:
            text = item["msg"].removeprefix("Value error, ")
            shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
            out.append(f"{place}: {text[:1].lower()}{text[1:]}{shown}" if place else text)
    return list(dict.fromkeys(out))


def _path(loc: Location, data: Any, prefix: str) -> str:
    """Location as the user wrote it: a single table in the place of a list of tables has no number."""
    out, here = prefix, data
    for part in loc:
        if isinstance(part, int):
            if isinstance(here, Mapping):
                continue
            out += f"[{part}]"
            here = here[part] if isinstance(here, list | tuple) and part < len(here) else None
        elif str(part) in ("str", "float", "[key]") or str(part).startswith(
            ("tuple[", "literal[", "function-", "dict[")
        ):
            continue  # branches of a union
        else:
            out += f".{part}" if out else str(part)
            here = here.get(part) if isinstance(here, Mapping) else None
    return out


def _keys_at(model: type[BaseModel], loc: Location) -> list[str]:
    """Keys the record at a location accepts."""
    here: type[BaseModel] | None = model
    for part in loc:
        if here is not None and isinstance(part, str):
            fields = {f.alias or n: f for n, f in here.model_fields.items()}
            if part in fields:
                here = record_in(fields[part].annotation)
    return [] if here is None else [f.alias or n for n, f in here.model_fields.items()]


def record_in(annotation: Any) -> type[BaseModel] | None:
    """The first record inside an annotation."""
    return next((a for a in parts(annotation) if isinstance(a, type) and issubclass(a, BaseModel)), None)


R = TypeVar("R", bound=BaseModel)


def changed(record: R, **changes: Any) -> R:
    """A record with some values changed, validated again. Raises BadInput listing what cannot be."""
    try:
        return type(record).model_validate({**record.model_dump(), **changes})
    except ValidationError as e:
        raise BadInput("a value cannot be", items=told(e, type(record), changes), fix="narrow its distribution") from e
