"""What a report is made from: the run, its records, its code and its machine, in few words."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from modules.language import Told
from modules.records.site import SiteData
from modules.runs.journal import read_journal, toolkit_version
from modules.runs.run import Run

NOT_SETTINGS = ("run_id", "format", "origins", "family")
BY_HAND = ("given", "from the data")  # origins of settings that differ from run to run


def facts(
    run: Run, settings: Mapping[str, Any], csv: Path | None, told: Told
) -> list[tuple[str, str]]:
    """(what, its value) of the run and the page, those that are known."""
    journal = read_journal(run)
    made = {
        "written": f"{datetime.now():%Y-%m-%d %H:%M}",
        "synthetic records": csv.name if csv else told("drawn for this page, in no file"),
        "family": settings.get("family", ""),
        "preset": settings.get("preset", ""),
        "windows made by": journal.chain,
        "seed": settings.get("seed", ""),
        "training begun": journal.begun or "",
        "duration": journal.spent,
        "device": journal.device,
        "version": toolkit_version(),
        "commit": journal.commit,
        "libraries": journal.libraries,
    }
    return [(what, str(value)) for what, value in made.items() if value != ""]


def made_from(site_data: SiteData, settings: Mapping[str, Any], n_windows: int) -> dict[str, Any]:
    """What the records were, for the page's first answer: places of its sentence."""
    turbines = site_data.report.turbines if site_data.report else ()
    return {
        "n_windows": f"{n_windows:,}",
        "n_turbines": len(site_data.tables),
        "data": Path(str(settings.get("data_path", ""))).name,
        "first": min((turbine.first for turbine in turbines), default=""),
        "last": max((turbine.last for turbine in turbines), default=""),
    }


def settings_table(settings: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(name, value, origin) of each setting of the training, as settings.json has them."""
    origins = settings.get("origins")
    known = origins if isinstance(origins, dict) else {}
    return [
        (name, _shown(value), str(known.get(name, "settings.py")))
        for name, value in settings.items()
        if name not in NOT_SETTINGS
    ]


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
