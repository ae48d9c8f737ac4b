"""`xunhuan coalition`: sanctions by several members, what each is worth, and payments that share the cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.errors import UnknownName
from xunhuan.faces.commands.measuring import Nations
from xunhuan.faces.commands.respond import Settings, settings
from xunhuan.faces.headings import table_said
from xunhuan.faces.opening import open_table
from xunhuan.faces.output import Format, FormatOption, OutputOption, counting, emit
from xunhuan.models import registry

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_VIEWS = ("member", "order", "payment")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("coalition")(_coalition)


def _coalition(
    table: Annotated[str, typer.Argument(help="A bundled table (see `xunhuan tables`) or an accounts file.")],
    members: Annotated[
        str, typer.Option("--members", help="Members, apart by commas: USA,JPN,KOR; A+B is one member.")
    ],
    target: Annotated[str, typer.Option("--target", help="Region, nation or cluster the measure is against.")],
    sectors: Annotated[str, typer.Option("--sectors", help="Goods the measure is on.")] = "electronics",
    measure: Annotated[str, typer.Option("--measure", help="ban, cut=0.3, change=0.2 or tariff=0.25.")] = "ban",
    direction: Annotated[
        str, typer.Option("--direction", help="exports, imports (of the members) or both; tariffs: imports.")
    ] = "exports",
    retaliation: Annotated[str, typer.Option("--retaliation", help="Goods in which the target answers alike.")] = "",
    share: Annotated[bool, typer.Option("--share/--no-share", help="Work out payments among members.")] = True,
    orders: Annotated[int, typer.Option("--orders", help="Orders of joining drawn above 10 members.")] = 64,
    seed: Annotated[int, typer.Option("--seed", help="Of these draws.")] = 7,
    by: Annotated[str, typer.Option("--by", help="member, order (one joins after the other) or payment.")] = "member",
    model: Annotated[str, typer.Option("--model", help="The model asked.")] = registry.DEFAULT,
    set_: Settings = None,
    nation: Nations = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """What a coalition's sanctions cost target and members, and what each is worth; who would pay whom."""
    from xunhuan.scenario.coalition import coalition

    if by not in _VIEWS or (by == "payment" and not share):
        raise UnknownName.of("view", by, _VIEWS if share else _VIEWS[:2], where="--by")
    acc = open_table(table, nation)
    with counting("coalitions") as progress:
        ds = coalition(
            acc, [m.strip() for m in members.split(",") if m.strip()], target, sectors, measure=measure, direction=direction,  # type: ignore[arg-type]
            retaliation=retaliation, share=share, orders=orders, seed=seed, progress=progress, model=model,
            **settings(set_ or []),
        )  # fmt: skip
    title = f"{table_said(acc)}{ds.attrs['edits']}"
    emit(
        coalition_table(ds, by),
        format,
        output,
        title=title,
        notes=[*_notes(ds, by), *(f"Note: {n}." for n in ds.attrs["notes"])],
    )


_HEADINGS = {
    "member": "member of a coalition", "payer": "who pays", "receiver": "who receives", "paid": "paid a year",
    "loss": "member's loss, %", "loss_alone": "its loss alone, %", "loss_outside": "its loss outside, %",
    "alone": "target's loss by it alone, %", "worth": "target's loss due to it, %", "shapley": "Shapley value, %",
    "shapley_error": "standard error, %", "loss_shared": "its loss after payments, %", "received": "received a year",
    "received_share": "received, % of income", "target_loses": "target loses, %", "added": "added, %", "of_all": "of all",
}  # fmt: skip
"""What columns hold, for headings in other words than their names."""


def coalition_table(ds: xr.Dataset, by: str) -> pd.DataFrame:
    """The answer as people read it: shares in per cent, sums in the table's unit.

    by  "member": losses and worth; "order": the target's loss as one joins after the other; "payment": who pays whom
    """
    import numpy as np
    import pandas as pd

    if by == "payment":
        pay = ds["payment"].to_numpy()
        rows = [(ds["payer"].values[p], ds["receiver"].values[q], pay[p, q]) for p, q in np.argwhere(pay > 0)]
        paid = pd.DataFrame(rows, columns=["payer", "receiver", "paid"])
        paid.attrs |= {"headings": _HEADINGS, "names": ("payer", "receiver"), "money": {"paid": ds.attrs["unit"]}}
        return paid
    whole, joined = float(ds["target_loss"]), 100 * ds["nested"].to_numpy()
    frame = pd.DataFrame({"member": ds["member"].values})
    frame.attrs |= {"headings": _HEADINGS, "names": ("member",), "money": {"received": ds.attrs["unit"]}}
    if by == "order":
        frame["target_loses"] = joined
        frame["added"] = np.diff(joined, prepend=0.0)
        frame["of_all"] = joined / whole if whole else np.nan
        return frame
    for name in ("loss", "loss_alone", "loss_outside", "alone", "worth", "shapley", "shapley_error"):
        if name != "shapley_error" or ds.attrs["orders"]:
            frame[name] = 100 * ds[name].to_numpy()
    if "received" in ds:
        frame["loss_shared"] = 100 * ds["loss_shared"].to_numpy()
        frame["received"] = ds["received"].to_numpy()
        frame["received_share"] = 100 * ds["received"].to_numpy() / ds["income"].to_numpy()
    return frame


def _notes(ds: xr.Dataset, by: str) -> list[str]:
    """What belongs beside the table."""
    a = ds.attrs
    out = [f"The target {a['target']} loses {100 * float(ds['target_loss']):.3g}% of its real income when all act."]
    if by == "payment":
        return [*out, f"paid, {a['unit']}: {ds['payment'].attrs['definition']}."]
    if by == "order":
        return [*out, "target_loses, added: % of the target's real income; of_all: % of what all do to it."]
    out += [
        f"{n}, %: {ds[n].attrs['definition']}."
        for n in ("loss", "loss_alone", "loss_outside", "alone", "worth", "shapley")
    ]
    if a["orders"]:
        out.append(f"shapley_error: standard error over {a['orders']} drawn orders.")
    if "received" in ds:
        out += [f"loss_shared, %: {ds['loss_shared'].attrs['definition']}.",
                f"received, {a['unit']}: {ds['received'].attrs['definition']}; received_share: % of income."]  # fmt: skip
    return out
