"""Figures of a past night made again from the archive: in a scratch database, or night by night in an empty one."""
