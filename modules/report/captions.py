"""What the page says of its pictures and its scores; each text is a key of other languages too."""

# Picture -> (title, what to look for), in the order of the page.
PICTURES = {
    "comparison": (
        "Series beside series",
        "Windows drawn from all over either set, in the order of the columns.",
    ),
    "day": (
        "A day close up",
        "Every row a point: how rough a series is shows here. A direction has no line where it "
        "goes across north.",
    ),
    "power_curve": (
        "Power curve",
        "The darker, the more records. Both means stand on both sides; their ratio leaves out bins "
        "of few records and of hardly any power.",
    ),
    "left_out": (
        "What was left out",
        "Records trained on, and those left out by choice; the mean power per 0.5 m/s with and "
        "without them.",
    ),
    "directions": (
        "Directions",
        "Share of records by sector, 0 on top and degrees clockwise: filled real, outlined "
        "synthetic.",
    ),
    "marginals": (
        "Distribution of each variable",
        "Share of records by value: filled real, outlined synthetic. Where one value is most of "
        "them the axis is logarithmic; lone spikes stand in the outermost bars.",
    ),
    "turbines": (
        "Turbine by turbine",
        "The records of each turbine beside the synthetic ones, which are of no turbine: they "
        "should lie among the lines.",
    ),
    "hour": ("Mean by hour of day", "In the records' own time."),
    "month": ("Mean by month", "Over all years of the records."),
    "steps": (
        "Change from row to row",
        "Share of changes by size, on a logarithmic scale: solid real, dashed synthetic. A "
        "narrower dashed line is a series too smooth, a wider one too rough.",
    ),
    "hourly_steps": (
        "Change over an hour",
        "As above, from a row to the one an hour later: ramps that a grid feels.",
    ),
    "spectra": (
        "Spectrum",
        "How strong a variable swings with each period, long periods left: solid real, dashed "
        "synthetic.",
    ),
    "autocorrelations": (
        "Autocorrelation",
        "How much a value tells about the one so many steps later: solid real, dashed synthetic. "
        "Angles stand as sine and cosine.",
    ),
    "correlations": (
        "Correlation between variables",
        "Of all pairs, at the same step. The nearer the right picture is to blank, the better; it "
        "has a scale of its own.",
    ),
    "embeddings": (
        "PCA and t-SNE",
        "A point is a window. Synthetic windows should lie where real ones do, and everywhere they "
        "do.",
    ),
    "nearest": (
        "Nearest training windows",
        "How far windows lie from the nearest one trained on. A heap at 0 is copying. Right, the "
        "three nearest pairs: solid trained on, dashed synthetic.",
    ),
    "losses": ("Losses in training", "The numbers of losses.csv."),
}

# Score -> what it measures.
SCORES = {
    "discriminative": "How much more often than by a guess a small recurrent network tells "
    "synthetic windows from real ones.",
    "predictive": "Error of a network that learnt the next step on synthetic windows, tried on "
    "real ones.",
    "context-fid": "Distance between the two sets as a network of windows sees them (TS2Vec).",
    "correlational": "How far the correlations between columns lie apart.",
    "marginal": "How far the values of a column would have to be moved to have the records' "
    "distribution, as a share of its range.",
    "autocorrelation": "How far the memory of each column lies from the records', over all lags of "
    "a window.",
    "told apart": "How surely a boosted tree tells synthetic from real by single rows, steps, "
    "levels of a window or the way it moves: 0.5 not at all, 1 always.",
    "step ratio": "How much a column moves from row to row against the records: 1 is right.",
    "first step": "The same for the first step of a window, of the column furthest from 1.",
    "last step": "The same for the last step of a window.",
    "repeated values": "How far the share of rows that repeat the value before lies off, of the "
    "column furthest off.",
    "direction": "How far a direction would have to be turned to have the records' distribution, "
    "in degrees on the circle.",
    "rose": "Share of rows that lie in another sector of the rose, or another class of wind speed.",
    "operation": "How far the share of rows without power, or with much less than the power curve "
    "says, lies off.",
    "power-curve residual": "How far power strays from the real power curve; right where the "
    "records stray as far.",
    "ramp rates": "How far the distribution of changes from row to row lies from the records'.",
    "hourly means": "Adherence, apart from fidelity: how far the mean of a column by hour of day "
    "lies from that of the records, as a share of its range.",
    "monthly means": "The same for the mean by month, against the records of those months.",
    "turbine means": "The same for the mean of each turbine.",
    "copy rate": "Share of windows that equal a training window in every number.",
    "neighbour ratio": "Distance to the nearest training window, that of unseen records being 1.",
    "membership inference": "How surely somebody who holds the synthetic windows tells by their "
    "distance which records were trained on: 0.5 is a guess. Other attacks may see more.",
    "forecaster": "Error one step ahead of a forecaster trained on synthetic windows, tried on "
    "real ones.",
    "power model error": "Error of a model of normal power on records that it has not seen, "
    "trained on records, on synthetic rows or on both.",
    "power model false alarms": "Share of those records that the model takes for a fault.",
}
