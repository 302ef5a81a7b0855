"""Conversations: finding, reading, reviewing, and turning one into a test."""

from __future__ import annotations

from datetime import timedelta

from sanic import HTTPResponse
from sanic.response import redirect, text

from bot.console.audit import Act
from bot.console.gate import Gate, Visit
from bot.console.rendering import link, short_id, start_of_day
from bot.console.roles import Permission
from bot.transcripts import TranscriptFilter, Verdict, to_test_story

YES_NO = {"yes": True, "no": False}
DOUBTFUL = 0.5  # confidence below which an intent is drawn as a guess
FILTERS = ("text", "topic", "intent", "verdict", "channel", "since", "until", "reviewed", "flagged", "tag")


def filter_of(visit: Visit) -> TranscriptFilter:
    """Read the filter from the address; values that make no sense mean "any", so that an old link still opens."""
    until = start_of_day(visit.query("until"))
    verdict = visit.query("verdict")
    return TranscriptFilter(
        text=visit.query("text"),
        intent=visit.query("intent") or None,
        topic=visit.query("topic") or None,
        verdict=Verdict(verdict) if verdict in set(Verdict) else None,
        channel=visit.query("channel") or None,
        since=start_of_day(visit.query("since")),
        until=until + timedelta(days=1) if until else None,  # people mean the whole last day
        reviewed=YES_NO.get(visit.query("reviewed")),
        flagged=YES_NO.get(visit.query("flagged")),
        tag=visit.query("tag") or None,
        page=visit.page_number(),
    )


def register(gate: Gate) -> None:
    """Add the pages.

    Args:
        gate: The way into them.
    """
    store = gate.house.transcripts

    def back(visit: Visit) -> HTTPResponse:
        return redirect(f"/transcripts/{visit.parts['conversation']}", status=303)

    @gate.page("/transcripts", may=Permission.TRANSCRIPTS)
    def found(visit: Visit) -> HTTPResponse:
        asked = {name: visit.query(name) for name in FILTERS}
        page = store.search(filter_of(visit))
        template = "transcript_rows.html" if visit.request.headers.get("HX-Request") else "transcripts.html"
        answer = visit.render(template, asked=asked, page=page, choices=store.choices(), here="/transcripts")
        if template == "transcript_rows.html":
            answer.headers["HX-Push-Url"] = visit.clean_address(asked)
        return answer

    @gate.page("/transcripts/<conversation:str>", may=Permission.TRANSCRIPTS)
    def read(visit: Visit) -> HTTPResponse:
        conversation = store.conversation(visit.parts["conversation"])
        visit.note(Act.TRANSCRIPT_OPENED, conversation=conversation.summary.id)
        return visit.render("transcript.html", conversation=conversation, doubtful=DOUBTFUL)

    @gate.page("/transcripts/<conversation:str>/story", may=Permission.TRANSCRIPTS)
    def story(visit: Visit) -> HTTPResponse:
        conversation = store.conversation(visit.parts["conversation"])
        visit.note(Act.TRANSCRIPT_EXPORTED, conversation=conversation.summary.id)
        name = f"test_{short_id(conversation.summary.id)}.yml"
        return text(
            to_test_story(conversation),
            content_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @gate.page("/transcripts/<conversation:str>/review", may=Permission.TRANSCRIPTS, post=True)
    def review(visit: Visit) -> HTTPResponse:
        conversation = visit.parts["conversation"]
        if visit.form("value") == "no":
            store.mark_unreviewed(conversation)
            visit.note(Act.TRANSCRIPT_UNREVIEWED, conversation=conversation)
        else:
            store.mark_reviewed(conversation, visit.account.name)
            visit.note(Act.TRANSCRIPT_REVIEWED, conversation=conversation)
        if visit.form("then") == "next":
            waiting = store.search(TranscriptFilter(reviewed=False)).rows
            return redirect(f"/transcripts/{waiting[0].id}" if waiting else link("/transcripts", reviewed="no"), status=303)
        return back(visit)

    @gate.page("/transcripts/<conversation:str>/flag", may=Permission.TRANSCRIPTS, post=True)
    def flag(visit: Visit) -> HTTPResponse:
        flagged = visit.form("value") != "no"
        store.flag(visit.parts["conversation"], visit.account.name, flagged)
        visit.note(Act.TRANSCRIPT_FLAGGED if flagged else Act.TRANSCRIPT_UNFLAGGED, conversation=visit.parts["conversation"])
        return back(visit)

    @gate.page("/transcripts/<conversation:str>/tag", may=Permission.TRANSCRIPTS, post=True)
    def tag(visit: Visit) -> HTTPResponse:
        if visit.form("value") == "no":
            store.untag(visit.parts["conversation"], visit.form("tag"))
            visit.note(Act.TRANSCRIPT_UNTAGGED, conversation=visit.parts["conversation"], tag=visit.form("tag"))
        else:
            store.tag(visit.parts["conversation"], visit.form("tag"), visit.account.name)
            visit.note(Act.TRANSCRIPT_TAGGED, conversation=visit.parts["conversation"], tag=visit.form("tag"))
        return back(visit)

    @gate.page("/transcripts/<conversation:str>/note", may=Permission.TRANSCRIPTS, post=True)
    def note(visit: Visit) -> HTTPResponse:
        store.note(visit.parts["conversation"], visit.form("note"), visit.account.name)
        visit.note(Act.TRANSCRIPT_NOTED, conversation=visit.parts["conversation"])
        return back(visit)
