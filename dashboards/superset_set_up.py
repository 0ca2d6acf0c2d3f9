"""Inside Superset: bring its tables, roles, people and assets to what is told as JSON on standard input.

    .venv/superset/bin/python dashboards/superset_set_up.py

``migrate``: whether its tables come first; ``known``: names to ask after; ``gone``: names to take away; ``people``:
``name``, ``roles``, ``password`` each, where a null password stays; ``assets``: a folder as ``superset export`` writes
it, whose dashboards, charts and datasets take the place of what an earlier one had and it has no longer; ``as``: who
imports them; ``database``: their database's name, which viewers may read.
One process for all of it: to import Superset takes longest.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from flask import g
from superset.app import create_app

#: What reading dashboards takes beside Superset's own list for those who only read.
VIEWER = {
    *(("can_csv", "Superset"), ("can_log", "Superset"), ("can_share_dashboard", "Superset")),
    *(("can_read", "Dataset"), ("can_get_drill_info", "Dataset"), ("can_get_column_values", "Datasource")),
    *(("can_recent_activity", "Log"), ("can_write", "DashboardPermalinkRestApi")),
    *(("can_userinfo", "UserDBModelView"), ("resetmypassword", "UserDBModelView")),
    *(("can_this_form_get", "ResetMyPasswordView"), ("can_this_form_post", "ResetMyPasswordView")),
    *(("menu_access", "Dashboards"), ("can_list", "DynamicPlugin"), ("can_read", "Explore")),
    *(("can_get_embedded", "Dashboard"), ("can_language_pack", "Superset")),
}
#: What that list has and pages do without.
NOT_VIEWERS = {("can_external_metadata", "Datasource"), ("can_query", "Api"), ("can_query_form_data", "Api")}
#: The role of those who read pages and make none.
VIEWERS = "viewer"
READS_AS = "reads as "


def main(told: dict[str, Any]) -> None:
    """Do what is told, each thing whole or not at all."""
    app = create_app()
    with app.app_context():
        if told.get("migrate"):
            _migrate(app)
        people = [*_known(told.get("known", [])), *_people(told.get("people", []))]
        _gone(told.get("gone", []))
        if told.get("assets"):
            from superset import security_manager

            g.user = security_manager.find_user(told["as"])
            _assets(Path(told["assets"]))
        if told.get("database"):
            _let_viewers(told["database"])
        json.dump(people, sys.stdout)


def _migrate(app: Any) -> None:
    from flask_migrate import upgrade
    from superset.extensions import appbuilder, security_manager

    upgrade(directory=str(Path(sys.modules["superset"].__file__).parent / "migrations"))
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()


def _known(names: list[str]) -> list[str]:
    """Those of the names who are there."""
    from superset import security_manager

    return [name for name in names if security_manager.find_user(username=name)]


def _gone(names: list[str]) -> None:
    """Take people away; what they have done stays without a name."""
    from superset import db, security_manager

    for name in names:
        if found := security_manager.find_user(username=name):
            found.roles, found.active = [], False
            db.session.commit()


def _people(persons: list[dict[str, Any]]) -> list[str]:
    """Those who were made or changed; raises SystemExit where one cannot be."""
    from superset import db, security_manager

    for person in persons:
        roles = [security_manager.add_role(name) for name in person["roles"]]
        name, password = person["name"], person["password"]
        found = security_manager.find_user(username=name)
        if not found:
            # FAB wants an address of everybody, unlike the others; nobody is written to.
            if not security_manager.add_user(name, name, "-", f"{name}@dashboards.invalid", roles, password):
                raise SystemExit(f"{name} could not be made")
            continue
        found.roles, found.active = roles, True
        db.session.commit()
        if password:
            security_manager.reset_password(found.id, password)
    return [person["name"] for person in persons]


def _assets(folder: Path) -> None:
    """Import the folder's assets, and take away those of ours that it has no longer."""
    from superset import db
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    contents = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.yaml"))}
    ImportAssetsCommand(contents).run()
    import yaml

    kept = {str(yaml.safe_load(text).get("uuid")) for text in contents.values()}
    for model in (Dashboard, Slice, SqlaTable):
        for found in db.session.query(model).all():
            if found.is_managed_externally and str(found.uuid) not in kept:
                db.session.delete(found)
    db.session.commit()


def _let_viewers(database: str) -> None:
    """Viewers read the dashboards of this database; what rows they see is the database's to decide."""
    from superset import db, security_manager
    from superset.models.core import Database

    viewers = security_manager.add_role(VIEWERS)
    wanted = (security_manager.PUBLIC_ROLE_PERMISSIONS | VIEWER) - NOT_VIEWERS
    perm = db.session.query(Database).filter_by(database_name=database).one().perm
    found = [security_manager.find_permission_view_menu(*pair) for pair in (*wanted, ("database_access", perm))]
    viewers.permissions = [pair for pair in found if pair]
    db.session.commit()


if __name__ == "__main__":
    main(json.load(sys.stdin))
