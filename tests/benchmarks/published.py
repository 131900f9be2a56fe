"""Published scores of 24-step windows, for the rows beside ours.

Every figure is quoted from the source in its row's name. TimeGAN's paper: Yoon, Jarrett and van
der Schaar, NeurIPS 2019, table 2. Diffusion-TS: Yuan and Qiao, ICLR 2024, table 1; it repeats
TimeGAN's own discriminative and predictive figures, and scored TimeGAN anew by the other two.
Re-runs: PaD-TS (AAAI 2025), and the issues of the authors' repository. A "±" there is over judges
of one generator: the half-width of the mean's 95 % interval in Diffusion-TS.
"""

COLUMNS = ("discriminative", "predictive", "context-fid", "correlational")

STOCKS = {
    "TimeGAN, its paper": ("0.102 ± 0.021", "0.038 ± 0.001"),
    "TimeGAN, scored by Diffusion-TS": ("", "", "0.103 ± 0.013", "0.063 ± 0.005"),
    "TimeGAN, re-run by PaD-TS": ("0.143 ± 0.073", "0.039"),
    "TimeGAN, 6 re-runs in issues 7 and 29": ("0.126 to 0.212", "0.037 to 0.040"),
    "Diffusion-TS, its paper": ("0.067 ± 0.015", "0.036 ± 0.000", "0.147 ± 0.025", "0.004 ± 0.001"),
    "train on real, Diffusion-TS' paper": ("", "0.036 ± 0.001"),
}
SINES = {
    "TimeGAN, its paper": ("0.011 ± 0.008", "0.093 ± 0.019"),
    "TimeGAN, scored by Diffusion-TS": ("", "", "0.101 ± 0.014", "0.045 ± 0.010"),
    "TimeGAN, re-run by PaD-TS": ("0.037 ± 0.004", "0.095"),
    "Diffusion-TS, its paper": ("0.006 ± 0.007", "0.093 ± 0.000", "0.006 ± 0.000", "0.015 ± 0.004"),
    "train on real, Diffusion-TS' paper": ("", "0.094 ± 0.001"),
}
# UCI Energy is not among our data, and a stand-in's scores are not comparable with its rows.
PUBLISHED = {"stocks": STOCKS, "sines": SINES}


def rows(dataset):
    """Return {row name: {score: text}} for `dataset`, empty where nobody has published any."""
    found = PUBLISHED.get(dataset, {})
    return {
        name: {score: text for score, text in zip(COLUMNS, texts, strict=False) if text}
        for name, texts in found.items()
    }
