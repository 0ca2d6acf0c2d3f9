"""List what strays in the inbox."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.migrations.written import comment_on, create_table, drop_tables, required

revision = "0006"
down_revision = "0005"


_KIND = "root_file, nested_folder, unknown_project or no_file (a link, a device)"
_LAST = "the night that saw it last: what is still there has the last one"

#: Table, column, comment from now on, comment before.
_COMMENTS = (
    ("inbox_file", "sha256", "with the size behind it where the file was too large to be kept", None),
    ("submission", "file_name", "bare name; bytes that are no UTF-8 as \\xNN", None),
    ("submission", "sha256", "of the bytes; of too large a file, of its first ones", None),
    (
        "submission",
        "archive_path",
        "path below the archive; empty where it was too large to be kept",
        "path below the archive",
    ),
)


def upgrade() -> None:
    create_table(
        "ops",
        "inbox_stray",
        required(sa.Text, "inbox_path", comment="path below the inbox"),
        required(sa.Text, "kind", comment=_KIND),
        required(sa.Text, "first_night_id", comment="the night that saw it first"),
        required(sa.Text, "last_night_id", comment=_LAST),
        required(sa.Date, "first_seen_on", "last_seen_on"),
        key=("inbox_path",),
        comment="what lies in the inbox and is not <project_code>/<file>; no project is blamed for it",
    )
    for table, column, now, before in _COMMENTS:
        comment_on(table, column, now, before)


def downgrade() -> None:
    for table, column, now, before in reversed(_COMMENTS):
        comment_on(table, column, before, now)
    drop_tables("ops", "inbox_stray")
