"""Learning from outcomes: labels, training, calibration, evaluation."""
