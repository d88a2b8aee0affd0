"""The screen in front of the detector: taught by what the detector says."""
