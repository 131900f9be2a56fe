"""The column of a file that says whether clocks were on summer time."""

import re

import numpy as np
import pandas as pd

from modules.records.identity import plain

_NAME = re.compile(
    r"(?:is_)?(?:dst|daylight(?:_?savings?)?(?:_?time)?|summer_?time|sommerzeit|heure_d_?ete|"
    r"horario_de_verano|yaz_saati|서머_?타임|썸머_?타임|일광_?절약_?시간(?:제)?)"
    r"(?:_(?:flag|active|on|indicator|여부))?"
)
_YES = frozenset("1 1.0 true t yes y on summer dst s cest edt cdt mdt pdt bst eest 여름".split())
_NO = frozenset("0 0.0 false f no n off winter std w cet est cst mst pst gmt eet 겨울".split())


def summer_flags(raw: pd.DataFrame) -> tuple[str | None, np.ndarray | None]:
    """(The column of `raw` that tells summer time, whether it was: bool (n,)); None without.

    It is called so, and says yes or no in every row, or yes alone.
    """
    for name in raw.columns:
        if not _NAME.fullmatch(plain(name)):
            continue
        words = raw[name].dropna().astype(str).str.strip().str.lower()
        words = words.reindex(raw.index, fill_value="no" if words.isin(_YES).all() else "")
        if words.isin(_YES | _NO).all():
            return name, words.isin(_YES).to_numpy()
    return None, None
