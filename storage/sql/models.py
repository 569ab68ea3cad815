# ruff: noqa: D106 - `Meta` is where the ORM wants a table's name and indexes
"""The tables. Migrations are made from here; `tests/storage/sql` proves that they match.

What identifies a person is sealed (`*_sealed`; sealed for table, column, row) and found by a keyed
digest (`*_lookup`). In clear by decision: province, city code, item, state, retirement month, case
number, and what is not about people. There are no foreign keys: rows of one case are written in
one transaction, and cases outlive what they refer to.

Remarks stand above the classes: the ORM would make a docstring part of the schema. Its migration
writer forgets `generated=False`: write that into the new migration by hand.

Hot paths read by SQL (`connect.Session`): an object of the ORM costs 250 µs, a row 45.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

_ID = 64


def _ref(*, db_index: bool = False) -> fields.CharField[str]:
    """A reference to something that may be absent."""
    return fields.CharField(max_length=_ID, default="", db_index=db_index)


# `level` is how surely known; `identity` is set from *verified* on and unique: one person.
class Person(Model):
    id = fields.CharField(max_length=_ID, primary_key=True)
    level = fields.CharField(max_length=16)
    name_sealed = fields.BinaryField(null=True)
    id_number_sealed = fields.BinaryField(null=True)
    phone_sealed = fields.BinaryField(null=True)
    id_lookup = fields.CharField(max_length=80, default="", db_index=True)
    identity = fields.CharField(max_length=80, null=True, unique=True)
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "persons"


# Where a person can be reached: an openid of one app. `lookup` covers channel and app.
class Address(Model):
    id = fields.CharField(max_length=_ID, primary_key=True)
    person = fields.CharField(max_length=_ID, db_index=True)
    channel = fields.CharField(max_length=16)
    app_id = fields.CharField(max_length=_ID)
    openid_sealed = fields.BinaryField()
    lookup = fields.CharField(max_length=80, unique=True)
    followed = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "addresses"


# `details_sealed`: clock, supplements and what else of the case is not in clear.
#
# `journal_seq` and `journal_hash` are the head of the case's journal, `anchored_seq` how much
# of it the anchors cover.
class CaseRow(Model):
    case_no = fields.CharField(max_length=32, primary_key=True)
    draft_id = fields.CharField(max_length=_ID, unique=True)
    digest = fields.CharField(max_length=128)
    person = fields.CharField(max_length=_ID, db_index=True)
    province = fields.CharField(max_length=32)
    city = fields.CharField(max_length=12)
    release = fields.IntField()
    state = fields.CharField(max_length=32)
    retirement_month = fields.CharField(max_length=7, default="")
    version = fields.IntField()
    application_sealed = fields.BinaryField()
    details_sealed = fields.BinaryField()
    submitted_at = fields.DatetimeField()
    sendable_at = fields.DatetimeField()
    due_on = fields.DateField()
    journal_seq = fields.IntField(default=0)
    journal_hash = fields.CharField(max_length=64, default="")
    anchored_seq = fields.IntField(default=0)

    class Meta:
        table = "cases"
        indexes = (Index(fields=("province", "state", "due_on")),)


# `details_sealed` is the whole item; the rest is what lists look for.
class ItemRow(Model):
    id = fields.CharField(max_length=_ID, primary_key=True)
    case_no = fields.CharField(max_length=32, db_index=True)
    position = fields.IntField()
    code = fields.CharField(max_length=_ID)
    department = fields.CharField(max_length=_ID)
    office = fields.CharField(max_length=_ID)
    area = fields.CharField(max_length=12, default="")
    state = fields.CharField(max_length=32)
    waiting_for = fields.CharField(max_length=16, default="")
    opens_on = fields.DateField(null=True)
    due_on = fields.DateField(null=True)
    warn_on = fields.DateField(null=True)
    provisional = fields.BooleanField(default=False)
    sent_at = fields.DatetimeField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    details_sealed = fields.BinaryField()

    class Meta:
        table = "items"
        indexes = (
            Index(fields=("state", "due_on")),
            Index(fields=("department", "office", "state")),
        )


# Who has to do with a case.
class Party(Model):
    id = fields.BigIntField(primary_key=True, generated=True)
    case_no = fields.CharField(max_length=32)
    person = fields.CharField(max_length=_ID, db_index=True)
    relation = fields.CharField(max_length=16)

    class Meta:
        table = "parties"
        unique_together = (("case_no", "person", "relation"),)


# By what a clerk finds a case: digests of name, ID number and phone.
class CaseLookup(Model):
    id = fields.BigIntField(primary_key=True, generated=True)
    case_no = fields.CharField(max_length=32, db_index=True)
    digest = fields.CharField(max_length=80, db_index=True)

    class Meta:
        table = "case_lookups"


# A link of a case's hash chain; nothing personal.
class JournalEntry(Model):
    id = fields.BigIntField(primary_key=True, generated=True)
    case_no = fields.CharField(max_length=32)
    seq = fields.IntField()
    at = fields.DatetimeField()
    kind = fields.CharField(max_length=_ID)
    data = fields.TextField()
    previous_hash = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)

    class Meta:
        table = "journal"
        unique_together = (("case_no", "seq"),)


# A link of the chain over all journals' heads; `heads` are those that moved.
class Anchor(Model):
    seq = fields.IntField(primary_key=True, generated=False)
    at = fields.DatetimeField()
    heads = fields.TextField()
    previous_hash = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)

    class Meta:
        table = "anchors"


# A department's report and the answer that it gets every time.
class ReportRow(Model):
    id = fields.CharField(max_length=160, primary_key=True)
    connection = fields.CharField(max_length=_ID)
    report_id = fields.CharField(max_length=_ID)
    case_no = fields.CharField(max_length=_ID, db_index=True)
    digest = fields.CharField(max_length=128)
    body_sealed = fields.BinaryField()
    outcome = fields.TextField()
    received_at = fields.DatetimeField()

    class Meta:
        table = "reports"
        unique_together = (("connection", "report_id"),)


# See `notifications/outbox.py`.
class OutboxRow(Model):
    seq = fields.BigIntField(primary_key=True, generated=True)
    id = fields.CharField(max_length=_ID, unique=True)
    kind = fields.CharField(max_length=16)
    order_key = fields.CharField(max_length=160)
    case_no = fields.CharField(max_length=32, default="", db_index=True)
    recipient = _ref()
    connection = _ref()
    payload_sealed = fields.BinaryField()
    state = fields.CharField(max_length=16)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    lease_until = fields.DatetimeField(null=True)
    lease_token = _ref()
    client_msg_id = fields.CharField(max_length=_ID, default="")
    provider_id = fields.CharField(max_length=_ID, default="", db_index=True)
    error = fields.CharField(max_length=_ID, default="")
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    acked_at = fields.DatetimeField(null=True)
    pull_seq = fields.BigIntField(default=0)

    class Meta:
        table = "outbox"
        indexes = (
            Index(fields=("state", "due_at")),
            Index(fields=("order_key", "seq")),
            Index(fields=("connection", "pull_seq")),
        )


# Something to look at later, leased like an outbox row.
class Timer(Model):
    id = fields.CharField(max_length=160, primary_key=True)
    kind = fields.CharField(max_length=32)
    case_no = fields.CharField(max_length=32, default="", db_index=True)
    item = _ref()
    due_at = fields.DatetimeField(db_index=True)
    attempts = fields.IntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    lease_token = _ref()

    class Meta:
        table = "timers"


# Something for a clerk.
class DeskTaskRow(Model):
    id = fields.CharField(max_length=_ID, primary_key=True)
    kind = fields.CharField(max_length=32)
    state = fields.CharField(max_length=16)
    person = _ref(db_index=True)
    case_no = fields.CharField(max_length=32, default="", db_index=True)
    item = _ref()
    draft = _ref()
    question = _ref()
    note_sealed = fields.BinaryField(null=True)
    answer_sealed = fields.BinaryField(null=True)
    clerk = _ref()
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "desk_tasks"
        indexes = (Index(fields=("state", "created_at")),)


# A sealed file; `address` is the HMAC of its content.
class DocumentRow(Model):
    address = fields.CharField(max_length=80, primary_key=True)
    media_type = fields.CharField(max_length=100)
    size = fields.IntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "documents"


# One use of a document; its id is what everybody else calls “the document”.
class DocumentRef(Model):
    id = fields.CharField(max_length=_ID, primary_key=True)
    address = fields.CharField(max_length=80, db_index=True)
    kind = fields.CharField(max_length=_ID)
    case_no = fields.CharField(max_length=32, default="", db_index=True)
    draft = _ref(db_index=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "document_refs"


# Numbers without gaps: case numbers per area, day and channel; pull lists per connection.
class Counter(Model):
    name = fields.CharField(max_length=80, primary_key=True)
    number = fields.BigIntField()

    class Meta:
        table = "counters"


# How far a draft has come; nothing personal.
class DraftFact(Model):
    draft = fields.CharField(max_length=_ID, primary_key=True)
    person = fields.CharField(max_length=_ID, db_index=True)
    province = fields.CharField(max_length=32)
    version = fields.IntField()
    question = fields.CharField(max_length=_ID)
    day = fields.DateField(db_index=True)

    class Meta:
        table = "draft_facts"


# What somebody asked to be reminded of; `told_at` until then is empty.
class ReminderRow(Model):
    id = fields.CharField(max_length=160, primary_key=True)
    person = fields.CharField(max_length=_ID, db_index=True)
    subject = fields.CharField(max_length=_ID)
    province = fields.CharField(max_length=32)
    kind = fields.CharField(max_length=32)
    month = fields.CharField(max_length=7)
    due_on = fields.DateField()
    created_at = fields.DatetimeField()
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reminders"
        unique_together = (("subject", "kind"),)
        indexes = (Index(fields=("told_at", "due_on")),)


# Who asked to have her papers looked at beforehand; `id_lookup` is the digest of the ID number.
class PreReviewRow(Model):
    id = fields.CharField(max_length=_ID, primary_key=True)
    person = _ref(db_index=True)
    subject = _ref(db_index=True)
    province = fields.CharField(max_length=32)
    city = fields.CharField(max_length=12)
    month = fields.CharField(max_length=7)
    state = fields.CharField(max_length=16)
    source = fields.CharField(max_length=16)
    verified = fields.BooleanField(default=False)
    consent = fields.CharField(max_length=_ID, default="")
    version = fields.IntField(default=0)
    id_lookup = fields.CharField(max_length=80, db_index=True)
    name_sealed = fields.BinaryField()
    id_number_sealed = fields.BinaryField()
    phone_sealed = fields.BinaryField()
    missing_sealed = fields.BinaryField()
    clerk = _ref()
    registered_at = fields.DatetimeField()
    marked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "pre_reviews"
        unique_together = (("province", "id_lookup", "month"),)
        indexes = (Index(fields=("province", "state", "month")),)


# An official calendar of working days, as imported.
class CalendarYear(Model):
    year = fields.IntField(primary_key=True, generated=False)
    data = fields.TextField()
    imported_at = fields.DatetimeField()

    class Meta:
        table = "calendars"


# A member of staff. The login is not a citizen's; name and one-time secret are sealed.
class StaffRow(Model):
    id = fields.CharField(max_length=_ID, primary_key=True)
    login = fields.CharField(max_length=_ID, unique=True)
    name_sealed = fields.BinaryField()
    role = fields.CharField(max_length=16)
    province = fields.CharField(max_length=32)
    level = fields.CharField(max_length=16)
    area = fields.CharField(max_length=12)
    department = _ref()
    office = _ref()
    active = fields.BooleanField(default=True)
    password_hash = fields.CharField(max_length=200)
    totp_sealed = fields.BinaryField()
    last_step = fields.BigIntField(default=0)
    failures = fields.IntField(default=0)
    paused_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "staff"


# `token` is the digest of what the browser holds.
class StaffSession(Model):
    token = fields.CharField(max_length=_ID, primary_key=True)
    member = fields.CharField(max_length=_ID, db_index=True)
    began_at = fields.DatetimeField()
    used_at = fields.DatetimeField()

    class Meta:
        table = "staff_sessions"


# Who of the staff did what; nothing personal.
class AuditRow(Model):
    id = fields.BigIntField(primary_key=True, generated=True)
    at = fields.DatetimeField()
    member = fields.CharField(max_length=_ID, db_index=True)
    what = fields.CharField(max_length=_ID)
    case_no = fields.CharField(max_length=32, default="", db_index=True)
    item = _ref()
    detail = fields.TextField()

    class Meta:
        table = "audit"
