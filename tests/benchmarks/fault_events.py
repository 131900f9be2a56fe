"""The events that energy-fault-detector sees in one turbine's records; in its own environment:

    python -m tests.benchmarks.fault_events RECORDS.csv EVENTS.csv [ANGLE ...]

As its one command does without labels: settings from the records, trained on all of them, 18
flagged rows on end are an event. Left out are its search of settings, its causes and its pictures.
"""

import sys

import pandas as pd
from energy_fault_detector.fault_detector import FaultDetector
from energy_fault_detector.quick_fault_detection.configuration import select_config
from energy_fault_detector.utils.analysis import create_events

QUANTILE, LEAST_ROWS = 0.95, 18  # defaults of its `quick_fault_detector`


def main(records, events, *angles):
    table = pd.read_csv(records, index_col=0, parse_dates=True)
    config = select_config(table, None, QUANTILE, None, list(angles), False)
    detector = FaultDetector(config)
    detector.fit(table, save_models=False)
    flagged = detector.predict(table).predicted_anomalies
    found, _ = create_events(table, flagged, LEAST_ROWS)
    found.to_csv(events, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
