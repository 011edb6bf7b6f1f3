"""Programs out of running code: what was noted of a run, and the anatomy of its losses."""
