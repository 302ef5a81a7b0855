"""Legal periods: started and met by what happens to a tip-off, counted in working or natural days as the rule says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from bot.intake import tables
from bot.intake.catalog_schema import DeadlineRule
from bot.intake.database import reading, writing
from bot.intake.store import Store
from bot.intake.vocabulary import Agency, DeadlineEvent, DeadlineUnit, TipOffKind, TipOffState
from bot.local_time import local_day
from bot.workdays import SATURDAY, UnknownYearError, WorkingDayCalendar

SOON_DAYS = 3  # natural days before the last day from which on a period counts as due soon


@dataclass(frozen=True)
class DueItem:
    """A legal period that is still open.

    Attributes:
        confirmed: False when the last day lies in a year whose holidays are not announced yet; it may still move.
        verified: False when the rule itself was not read in its original: the agency's answer counts.
        days_left: Natural days; negative when overdue.
    """

    tip_off_id: str
    rule: str
    name: str
    basis: str
    started_on: date
    due_on: date
    confirmed: bool
    days_left: int
    state: str
    lead_agency: str
    verified: bool = True

    @property
    def overdue(self) -> bool:
        """Whether the last day has passed."""
        return self.days_left < 0


def last_day(calendar: WorkingDayCalendar, start: date, rule: DeadlineRule) -> tuple[date, bool]:
    """Returns the last day of a period and whether it is confirmed.

    In a year whose holidays are not announced, weekends alone are respected and the day is not confirmed: a tip-off is never refused
    or lost because a calendar is missing.
    """
    try:
        if rule.unit is DeadlineUnit.WORKING_DAYS:
            return calendar.add_working_days(start, rule.length), True
        return calendar.roll_to_working_day(start + timedelta(days=rule.length)), True
    except UnknownYearError:
        return _last_day_by_weekends(calendar, start, rule), False


def _last_day_by_weekends(calendar: WorkingDayCalendar, start: date, rule: DeadlineRule) -> date:
    def working(day: date) -> bool:
        try:
            return calendar.is_working_day(day)
        except UnknownYearError:
            return day.weekday() < SATURDAY

    if rule.unit is DeadlineUnit.NATURAL_DAYS:
        day = start + timedelta(days=rule.length)
        while not working(day):
            day += timedelta(days=1)
        return day
    day, left = start, rule.length
    while left:
        day += timedelta(days=1)
        left -= working(day)
    return day


def _applies(rule: DeadlineRule, event: TipOffState | DeadlineEvent, kind: str, lead_agency: str) -> bool:
    return event in rule.starts and TipOffKind(kind) in rule.kinds and Agency(lead_agency) in rule.agencies


def rows_started_by(store: Store, event: DeadlineEvent, tip_off_id: str, kind: str, lead_agency: str) -> list[dict[str, Any]]:
    """Returns the rows of the periods that an event starts."""
    start = local_day(store.clock())
    rows = []
    for name, rule in store.catalog.deadlines.items():
        if _applies(rule, event, kind, lead_agency):
            due_on, confirmed = last_day(store.calendar, start, rule)
            rows.append({"tip_off_id": tip_off_id, "rule": name, "started_on": start, "due_on": due_on, "confirmed": confirmed})
    return rows


def _open(connection: Connection, tip_off_id: str) -> dict[str, Row[Any]]:
    query = select(tables.deadlines).where(tables.deadlines.c.tip_off_id == tip_off_id, tables.deadlines.c.met_on.is_(None))
    return {row.rule: row for row in connection.execute(query)}


def meet(connection: Connection, tip_off_id: str, rules: Iterable[str], day: date) -> list[str]:
    """Marks open periods as met; returns their rules."""
    names = list(rules)
    if names:
        own = and_(tables.deadlines.c.tip_off_id == tip_off_id, tables.deadlines.c.rule.in_(names), tables.deadlines.c.met_on.is_(None))
        connection.execute(update(tables.deadlines).where(own).values(met_on=day))
    return names


def on_transition(store: Store, connection: Connection, row: Row[Any], to_state: TipOffState) -> dict[str, Any]:
    """Meets and starts the periods that entering a state meets and starts.

    Returns:
        What goes into the log: `met` and `started` with last days.
    """
    today = local_day(store.clock())
    rules = store.catalog.deadlines
    running = _open(connection, row.id)
    starting = {name: rule for name, rule in rules.items() if _applies(rule, to_state, row.kind, row.lead_agency)}
    started = []
    met = {name for name in running if to_state in rules[name].meets}
    for name, rule in starting.items():
        start = today
        if rule.extends is not None:
            if rule.extends not in running:
                continue
            start = running[rule.extends].due_on  # the added time begins where the first one ends, not on the day of the decision
            met.add(rule.extends)
        due_on, confirmed = last_day(store.calendar, start, rule)
        started.append({"tip_off_id": row.id, "rule": name, "started_on": start, "due_on": due_on, "confirmed": confirmed})
    meet(connection, row.id, met, today)
    add(connection, started)
    return {"met": sorted(met), "started": {new["rule"]: new["due_on"] for new in started}}


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Stores started periods; one that was started the same day already stays."""
    for row in rows:
        same = [tables.deadlines.c[name] == row[name] for name in ("tip_off_id", "rule", "started_on")]
        if connection.execute(update(tables.deadlines).where(*same).values(met_on=None, due_on=row["due_on"])).rowcount == 0:
            connection.execute(tables.deadlines.insert(), row)


def due(store: Store, within_days: int = SOON_DAYS, limit: int = 500) -> list[DueItem]:
    """Returns open periods that are overdue or end within so many natural days, the most pressing first."""
    today = local_day(store.clock())
    table = tables.deadlines
    query = (
        select(table, tables.tip_offs.c.state, tables.tip_offs.c.lead_agency)
        .join(tables.tip_offs, tables.tip_offs.c.id == table.c.tip_off_id)
        .where(table.c.met_on.is_(None), table.c.due_on <= today + timedelta(days=within_days))
        .order_by(table.c.due_on, table.c.tip_off_id)
        .limit(limit)
    )
    with reading(store.engine) as connection:
        return [_due_item(store, row, today) for row in connection.execute(query)]


def of_tip_off(store: Store, connection: Connection, tip_off_id: str) -> list[DueItem]:
    """Returns a tip-off's open periods."""
    row = connection.execute(select(tables.tip_offs.c.state, tables.tip_offs.c.lead_agency).where(tables.tip_offs.c.id == tip_off_id)).one()
    today = local_day(store.clock())
    opened = _open(connection, tip_off_id).values()
    return [_due_item(store, item, today, row.state, row.lead_agency) for item in sorted(opened, key=lambda item: item.due_on)]


def _due_item(store: Store, row: Row[Any], today: date, state: str | None = None, lead_agency: str | None = None) -> DueItem:
    rule = store.catalog.deadlines[row.rule]
    return DueItem(row.tip_off_id, row.rule, rule.name, rule.basis, row.started_on, row.due_on, row.confirmed, (row.due_on - today).days,
                   state or row.state, lead_agency or row.lead_agency, rule.confidence == "V")  # fmt: skip


def confirm(store: Store) -> int:
    """Computes unconfirmed last days again, after a year's holidays were announced; returns how many are confirmed now."""
    table = tables.deadlines
    confirmed_now = 0
    with writing(store.engine) as connection:
        for row in connection.execute(select(table).where(table.c.confirmed.is_(False), table.c.met_on.is_(None))).all():
            due_on, confirmed = last_day(store.calendar, row.started_on, store.catalog.deadlines[row.rule])
            if confirmed:
                same = and_(table.c.tip_off_id == row.tip_off_id, table.c.rule == row.rule, table.c.started_on == row.started_on)
                connection.execute(update(table).where(same).values(due_on=due_on, confirmed=True))
                confirmed_now += 1
    return confirmed_now
