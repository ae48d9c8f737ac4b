"""Frozen records of what people write, the types of their fields, and how their errors are told.

Every line of a file, option of the command line and argument in Python ends in a `Strict` record, so that one check and one
message serve all three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import isnan
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticKnownError
from pydantic_core.core_schema import no_info_before_validator_function

from xunhuan.errors import BadInput, nearest

Location = tuple[int | str, ...]


def _refusing(kind: Literal["float_type", "int_type"]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if isinstance(value, bool | str):
            raise PydanticKnownError(kind)
        return value

    return check


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    return value


_KIN: dict[str, Callable[[object], object]] = {
    "float": _refusing("float_type"), "int": _refusing("int_type"), "bool": _flag,
}  # fmt: skip
"""What refuses values of another kind, by the kind wanted."""


def _only_own_kind(schema: Any, record: type[BaseModel] | None) -> Any:
    """The check of a record where every number and flag refuses values of another kind that Python would take for one.

    record  whose fields these are, None inside it: records in it have seen to theirs
    """
    if isinstance(schema, dict):
        kind = schema.get("type")
        if kind in _KIN:
            return no_info_before_validator_function(_KIN[kind], cast(CoreSchema, schema))
        if kind == "model":
            if schema["cls"] is not record:
                return schema
            record = None
        return {k: _only_own_kind(v, record) for k, v in schema.items()}
    return [_only_own_kind(v, record) for v in schema] if isinstance(schema, list) else schema


class Strict(BaseModel):
    """A frozen record that refuses keys it does not know, and true, false and texts where a number is wanted, also inside
    tables and lists of numbers.

    >>> from pydantic import create_model
    >>> record = create_model("Rain", __base__=Strict, days=(tuple[int, ...], ()), wet=(bool, False))
    >>> for wrong in ({"days": [1, True]}, {"days": ["2"]}, {"wet": 1}):
    ...     try:
    ...         record(**wrong)
    ...     except ValidationError as e:
    ...         print(*told(e, record, wrong))
    days[1]: must be a whole number, not true
    days[0]: must be a whole number, not '2'
    wet: must be true or false, not 1
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return cast(CoreSchema, _only_own_kind(handler(source), cls))


class Percent:
    """Marks a field whose ratio people write and read in per cent."""


class OwnFile:
    """Marks a field that names something bundled, or a file or folder of one's own: a server opens none for a visitor."""


def own_files(record: type[BaseModel], given: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """Place and text of every field of a record, and of records in it, that may name a file.

    >>> from pydantic import create_model
    >>> fleet = create_model("Fleet", harbour=(Annotated[str, OwnFile()], "usual"))
    >>> list(own_files(create_model("All", fleet=(fleet, None)), {"fleet": {"harbour": "/tmp/x"}}))
    [('fleet.harbour', '/tmp/x')]
    """
    for key, value in given.items():
        field = record.model_fields.get(key)
        if field is None:
            continue
        marks = [*field.metadata, *parts(field.annotation)]
        if isinstance(value, str) and any(isinstance(a, OwnFile) for a in marks):
            yield f"{place}{key}", value
        elif isinstance(value, Mapping):
            for inner in (a for a in marks if isinstance(a, type) and issubclass(a, BaseModel)):
                yield from own_files(inner, value, f"{place}{key}.")


Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(allow_inf_nan=False), Percent]
NotNegativeRate = Annotated[float, Field(ge=0, allow_inf_nan=False), Percent]
Change = Annotated[float, Field(gt=-1, allow_inf_nan=False), Percent]
Share = Annotated[float, Field(ge=0, le=1), Percent]
Part = Annotated[float, Field(gt=0, lt=1), Percent]


def _listed(value: object) -> object:
    """One table where a list of tables may stand."""
    return (value,) if isinstance(value, Mapping) else value


LISTED = BeforeValidator(_listed)


def parts(annotation: Any) -> Iterator[Any]:
    """An annotation with all that stands inside it, markers included."""
    yield annotation
    for a in get_args(annotation):
        yield from parts(a)


class Said(NamedTuple):
    """One error: where and what; of a value of another kind altogether also what kind is wanted, and the value; whether
    it is a word that is not among the choices."""

    place: str
    text: str
    wanted: str = ""
    given: str = ""
    choice: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


RANGES = {
    "greater_than": "must be more than {gt:g}", "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}", "less_than_equal": "must be {le:g} or less",
    "finite_number": "must be a finite number", "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} letters", "too_short": "needs at least {min_length} of them",
}  # fmt: skip
"""What is wrong with a value of the right kind."""
KINDS = {
    "float": "a number", "int": "a whole number", "bool": "true or false", "string": "a text", "tuple": "a list",
    "list": "a list", "dict": "a table", "mapping": "a table", "model": "a table",
}  # fmt: skip
"""What is wanted, by the first word of the error a value of another kind gives."""


def told(e: ValidationError, model: type[BaseModel], data: Any, prefix: str = "") -> list[str]:
    """Each error as "path: what is wrong; what would be right".

    model  the record that refused · data: what was written · prefix: where the record stands in it
    """
    found = [_said(item, model, _path(item["loc"], data, prefix)) for item in e.errors(include_url=False)]
    return list(dict.fromkeys(str(x) for x in map(partial(_nearest, found), found) if x is not None))


def _nearest(found: list[Said], one: Said) -> Said | None:
    """An error as it is told; of a field that takes several kinds only that of the kind which the value comes nearest to."""
    here = [x for x in found if x.place == one.place]
    if one.place and any(x.place.startswith((f"{one.place}.", f"{one.place}[")) for x in found):
        return None
    if one.wanted and not all(x.wanted for x in here):
        return None
    wanted = list(dict.fromkeys(x.wanted for x in here if x.wanted))
    if one.choice and wanted:
        return one._replace(text=f"{one.text} (or {' or '.join(wanted)})")
    return (
        one if not one.wanted or len(wanted) < 2 else Said(one.place, f"must be {' or '.join(wanted)}, not {one.given}")
    )


def _said(item: ErrorDetails, model: type[BaseModel], place: str) -> Said:
    kind, given, context = item["type"], item.get("input"), item.get("ctx", {})
    shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
    if kind == "extra_forbidden":
        names = _keys_at(model, item["loc"][:-1])
        near = nearest(str(item["loc"][-1]), names)
        right = f"did you mean {', '.join(near)}?" if near else f"known keys: {', '.join(names)}"
        return Said(place, f"unknown key; {right}")
    if kind == "missing":
        return Said(place, "is missing")
    if kind == "literal_error":
        valid = [v.strip("'") for v in str(context.get("expected", "")).replace(" or ", ", ").split(", ")]
        near = nearest(str(given), valid)
        right = f"did you mean {near[0]}?" if near else f"choose {', '.join(valid)}"
        text = f"{given!r} is not one of the choices; {right}"
        if isinstance(given, str):
            return Said(place, text, choice=True)
        return Said(place, text, f"one of {', '.join(valid)}", _written(given))
    if kind in RANGES:
        nan = isinstance(given, float) and isnan(given)
        return Said(place, RANGES["finite_number" if nan else kind].format(**context) + shown)
    if kind.endswith(("_type", "_parsing", "_from_float")):
        wanted = KINDS.get(kind.partition("_")[0], kind)
        if wanted == "a list" and record_in(_at(model, item["loc"])[1]) is not None:
            wanted = "a table or a list of tables"
        return Said(place, f"must be {wanted}, not {_written(given)}", wanted, _written(given))
    text = item["msg"].removeprefix("Value error, ")
    return Said(place, f"{text[:1].lower()}{text[1:]}{shown}" if place else text)


def _written(value: object) -> str:
    """A value as a file would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "a table" if isinstance(value, Mapping) else "a list" if isinstance(value, list | tuple) else repr(value)


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
            ("tuple[", "literal[", "function-", "dict[", "constrained-")
        ):
            continue  # branches of a union
        else:
            out += f".{part}" if out else str(part)
            here = here.get(part) if isinstance(here, Mapping) else None
    return out


def _keys_at(model: type[BaseModel], loc: Location) -> list[str]:
    """Keys the record at a location accepts."""
    here = _at(model, loc)[0]
    return [] if here is None else [f.alias or n for n, f in here.model_fields.items()]


def _at(model: type[BaseModel], loc: Location) -> tuple[type[BaseModel] | None, Any]:
    """The record at a location, and the annotation of the field last passed on the way."""
    here: type[BaseModel] | None = model
    annotation: Any = None
    for part in loc:
        if here is not None and isinstance(part, str):
            fields = {f.alias or n: f for n, f in here.model_fields.items()}
            if part in fields:
                annotation = fields[part].annotation
                here = record_in(annotation)
    return here, annotation


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


def described(record: type[BaseModel]) -> dict[str, str]:
    """What is said of each field, by its own description or by the docstring of the record or of those it extends.

    In a docstring: NumPy's `name : type` with the lines under it, or `name   text`; several names with commas.
    """
    names = {x: n for n, f in record.model_fields.items() for x in (n, f.alias or n)}
    if not names:
        return {}
    one = "|".join(sorted(names, key=len, reverse=True))
    entry = re.compile(rf"\s*((?:{one})(?:, (?:{one}))*)(?: : .*|(\s+)(\S.*))?$")
    out: dict[str, list[str]] = {}
    for doc in (c.__doc__ or "" for c in reversed(record.__mro__) if issubclass(c, BaseModel)):
        here, column = None, -1
        for line in doc.splitlines():
            found = entry.match(line)
            # A name as wide as its column has one space after it, as a word of a sentence has.
            if found and (found[2] is None or len(found[2]) > 1 or found.start(3) == column):
                here, column = [found[3] or ""], found.start(3)
                out |= {names[n]: here for n in found[1].split(", ")}
            elif here is not None and line.strip():
                here.append(line.strip())
            else:
                here = None
    own = {n: f.description for n, f in record.model_fields.items() if f.description}
    return {n: " ".join(x for x in text if x) for n, text in out.items()} | own
