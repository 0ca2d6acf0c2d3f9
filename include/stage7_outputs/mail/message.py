"""The e-mail that answers a delivery, as a message file in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from include.contract import catalogue
from include.stage7_outputs.findings import verdict
from include.stage7_outputs.findings.changes import Changes
from include.stage7_outputs.findings.deliveries import FILE, Delivery
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import Group, advise
from include.stage7_outputs.findings.sentences import sentence
from include.stage7_outputs.mail.addresses import addresses
from include.stage7_outputs.mail.outbox import begin
from include.stage7_outputs.reader import Reader

#: A larger workbook is not attached: many servers refuse messages above 25 MB, and attaching adds a third.
ATTACHED_MAX_BYTES = 15 * 1024**2
#: Rules of columns that are named by letter or label.
_OF_LABELS = ("F09", "F12")
#: So many groups are named in the body.
_GROUPS_SAID = 5

_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def compose(
    delivery: Delivery,
    facts: Facts | None,
    groups: list[Group],
    changes: Changes | None,
    attachments: Sequence[Path],
    message_id: str,
    news: Sequence[str] = (),
) -> bytes:
    """The message as it goes over the wire; without a recipient where ``contact_email`` names none.

    ``news`` are what differs since the answer before, and why.
    """
    reader = delivery.reader
    message = begin(addresses(delivery.contact_email), _subject(delivery, reader), message_id)
    fitting = [path for path in attachments if path.stat().st_size <= ATTACHED_MAX_BYTES]
    message.set_content(_body(delivery, facts, groups, changes, len(fitting) == len(attachments), news))
    for path in fitting:
        if path.suffix == ".xlsx":
            message.add_attachment(path.read_bytes(), *_XLSX, filename=path.name)
        elif path.suffix == ".json":
            message.add_attachment(path.read_bytes(), "application", "json", filename=path.name)
        else:  # as bytes: a mail server may not turn its line ends, which are signed
            message.add_attachment(path.read_bytes(), "application", "octet-stream", filename=path.name)
    message["Content-Language"] = reader.language  # at last: adding content moves such headers to a part
    return message.as_bytes()


def compose_notice(
    project: str, reader: Reader, to: Sequence[str], named: Sequence[str], is_contact: bool, message_id: str
) -> bytes:
    """Word that ``named`` were named as contact of the project: to the contact, or to one of them and no detail."""
    message = begin(to, reader.word("mail.contact_subject", project=project), message_id)
    if is_contact:
        parts = [
            reader.word("mail.contact_other", project=project),
            "\n".join(named),
            reader.word("mail.contact_object"),
        ]
    else:
        parts = [reader.word("mail.contact_named", project=project), reader.word("mail.contact_ignore")]
    message.set_content("\n\n".join((*parts, reader.word("mail.closing"))) + "\n")
    message["Content-Language"] = reader.language
    return message.as_bytes()


def _subject(delivery: Delivery, reader: Reader) -> str:
    part = "mail.subject_duplicate" if delivery.is_duplicate else "mail.subject"
    said = reader.word(
        part,
        project=delivery.project_code,
        period=delivery.period or "",
        status=verdict.status(delivery, reader),
    )
    return " ".join(said.split()).replace(" :", ":")


def _body(
    delivery: Delivery,
    facts: Facts | None,
    groups: list[Group],
    changes: Changes | None,
    all_attached: bool,
    news: Sequence[str],
) -> str:
    reader = delivery.reader
    parts = [
        reader.word("mail.greeting", project=delivery.project_code),
        reader.word(
            "mail.received", file=" ".join(delivery.file_name.split()), date=reader.moment(delivery.received_at)
        ),
        verdict.reason(delivery, groups, reader),
    ]
    if news:
        parts.insert(2, " ".join(news))
    parts[1:1] = verdict.first_of_all(facts, reader) if facts else []
    if delivery.is_duplicate or facts is None:
        parts.append(reader.word("mail.attached_receipt"))
    else:
        if delivery.findings:
            parts.append(f"{reader.word('summary.counts')}: {verdict.counts(delivery, reader)}.")
        if changes:
            since = reader.word("summary.changes", version=str(changes.version))
            parts.append(f"{since}: {verdict.what_changed(delivery, changes, reader)}")
        parts += verdict.hidden(delivery, reader)
        if to_do := [one for one in groups if not one.waived and one.severity != "info"]:
            parts.append(_first_steps(to_do, facts, reader))
        attached = "mail.attached" if delivery.was_read and delivery.findings else "mail.attached_summary"
        parts.append(reader.word(attached if all_attached else "mail.too_large"))
    parts.append(reader.word("mail.closing"))
    return "\n\n".join(parts) + "\n"


def _first_steps(groups: list[Group], facts: Facts, reader: Reader) -> str:
    lines = [reader.word("mail.first_steps")]
    for number, one in enumerate(groups[:_GROUPS_SAID], start=1):
        advice = advise(one, facts, None, reader)
        place = " · ".join(filter(None, (advice.sheet, advice.column)))
        title = catalogue.text(one.rule, "title", reader.language)
        # what is wrong with the file as a whole has no coloured cell in the workbook to look at
        is_of_file = one.sheet == FILE or one.rule in _OF_LABELS
        wrong = f" {sentence(one.findings[0], facts, reader)}" if is_of_file and one.count == 1 else ""
        lines.append(f"{number}. {title} ({place}; {advice.count}).{wrong} {advice.what_to_do}")
    if len(groups) > _GROUPS_SAID:
        lines.append(reader.counted("mail.more", len(groups) - _GROUPS_SAID))
    return "\n".join(lines)
