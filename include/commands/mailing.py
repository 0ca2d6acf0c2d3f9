"""Commands about messages and whom they go to."""

from __future__ import annotations

from rich.console import Console

from include.commands.told import console, required, told
from include.platform.settings import Settings


def mail_dry_run(settings: Settings) -> int:
    """Show every message that waits, to whom it would go and why not; nothing is sent."""
    from include.operations.mailing import dry_run

    dry_run(settings, Console(highlight=False, markup=False, soft_wrap=True))
    return 0


def mail_send(settings: Settings) -> int:
    """Send the messages that wait; those older than a week with OLD=yes alone."""
    from include.operations.mailing import send

    done = send(settings, with_old=told("OLD") == "yes")
    print(f"{done.sent} sent, {done.refused} refused for good, {done.waiting} could not be sent and wait,")
    print(f"{done.without_address} without an address, {done.old} older than a week (OLD=yes sends them).")
    return 1 if done.waiting else 0


def confirm_contact(settings: Settings) -> int:
    """Say for the office that EMAIL is the contact of PROJECT."""
    from include.platform import schema
    from include.stage7_outputs.mail.contacts import confirm_contact as confirm

    example = "make confirm-contact PROJECT=PE-01 EMAIL=ana@example.org"
    project, email = required("PROJECT", example), required("EMAIL", example)
    schema.prepare(settings)
    confirm(settings, project, email)
    print(f"Answers to {project} go to that address from now on, whatever the cover of an older delivery says.")
    return 0


def send_pages(settings: Settings) -> int:
    """Send the dashboards' pages to those who subscribed in page_subscriptions.csv of REGISTRY."""
    from include.operations.page_mail.run import send_pages as send

    done = send(settings, say=lambda text: console.print(text, markup=False))
    mail = done.mail
    print(f"{mail.sent} pages sent, {done.had_gone} had gone before or wait.")
    for said in done.failed:
        console.print(said, markup=False)
    if missed := mail.waiting + mail.refused + mail.old:
        console.print(
            f"{missed} messages did not go out: {mail.refused} refused for good (outbox/refused), {mail.waiting} wait "
            f"for the next time, {mail.old} are older than a week (make mail-dry-run shows whom they are for)."
        )
    return 0 if done.is_well else 1
