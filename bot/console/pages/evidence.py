"""Evidence of a tip-off: what may be looked at, and the originals behind a reason."""

from __future__ import annotations

from sanic import HTTPResponse
from sanic.response import raw

from bot.console.audit import Act
from bot.console.gate import Gate, Visit
from bot.console.roles import Permission
from bot.intake.errors import IntakeError
from bot.intake.evidence import EvidenceFile
from bot.intake.evidence_formats import MediaType

FILE_ENDINGS: dict[str, str] = {
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.WEBP: "webp",
    MediaType.PDF: "pdf",
    MediaType.MP3: "mp3",
    MediaType.M4A: "m4a",
    MediaType.WAV: "wav",
    MediaType.AMR: "amr",
}
NOT_RUN = "sandbox; default-src 'none'"  # a file from outside is looked at, never part of this site


def register(gate: Gate) -> None:
    """Add the pages.

    Args:
        gate: The way into them.
    """
    desk = gate.house.desk

    @gate.page("/tip-offs/<tip_off:str>/evidence/<evidence:str>", may=Permission.TIP_OFFS)
    def evidence(visit: Visit) -> HTTPResponse:
        _belongs(visit)
        file = desk.shown_evidence(visit.parts["evidence"])
        visit.note(Act.EVIDENCE_SHOWN, visit.parts["tip_off"], evidence=visit.parts["evidence"])
        return _file(visit, file)

    @gate.page("/tip-offs/<tip_off:str>/evidence/<evidence:str>/original", may=Permission.UNMASK, post=True)
    def original(visit: Visit) -> HTTPResponse:
        _belongs(visit)
        return _file(visit, desk.original_evidence(visit.parts["evidence"], visit.account.name, visit.form("unmask_reason")))

    def _belongs(visit: Visit) -> None:
        """Refuse another tip-off's evidence under this one's address: the audit log would name the wrong one."""
        if visit.parts["evidence"] not in {item.id for item in desk.get(visit.parts["tip_off"]).evidence}:
            raise IntakeError("field_unknown")

    def _file(visit: Visit, file: EvidenceFile) -> HTTPResponse:
        name = f"{visit.parts['evidence']}.{FILE_ENDINGS[file.media_type]}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": NOT_RUN}
        return raw(file.content, content_type=file.media_type, headers=headers)
