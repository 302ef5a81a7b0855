"""Hears the agent behind any disguise: normalise, find signals, judge who speaks, at which stage and how sure."""
